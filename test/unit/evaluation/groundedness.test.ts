import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCitations } from '../../../src/evaluation/groundedness/citations.ts';
import { readGroundedRows } from '../../../src/evaluation/groundedness/grounded-rows.ts';
import { checkAnswer, groundedSystem } from '../../../src/evaluation/groundedness/measure-groundedness.ts';
import { calibrationOf, riskCoverage } from '../../../src/evaluation/groundedness/risk-coverage.ts';
import { isSupported, supportModel } from '../../../src/evaluation/groundedness/support.ts';

const SOURCE =
  'The package manager keeps 14 days of logs. Files that the administrator has changed are not replaced. ' +
  'The daemon listens on port 8080 unless another port is given in the configuration.';

describe('the classifier of support', () => {
  test('is right about most held-out sentences', () => {
    expect(supportModel().accuracy).toBeGreaterThan(0.9);
  });

  test('takes what stands in the source, and nothing with another number, name or sense', () => {
    expect(isSupported('The daemon listens on port 8080.', SOURCE)).toBe(true);
    expect(isSupported('The daemon listens on port 9090.', SOURCE)).toBe(false);
    expect(isSupported('Files that the administrator has changed are replaced.', SOURCE)).toBe(false);
    expect(isSupported('The kernel compresses old mail folders every night.', SOURCE)).toBe(false);
  });
});

describe('citations', () => {
  test('are checked to the character, whatever the line ends', () => {
    const right = 'It says “keeps 14 days\n of logs”.'.replace('\n', '');
    expect(checkCitations(right, SOURCE.replaceAll(' ', '\n'))).toEqual({ quotes: 1, wrong: [] });
    expect(checkCitations('It says "keeps 14 day of logs".', SOURCE).wrong).toEqual(['keeps 14 day of logs']);
    expect(checkCitations('Press "OK" now.', SOURCE).quotes).toBe(0);
  });
});

describe('an answer', () => {
  const row = { question: 'On which port does it listen?', source: SOURCE };
  const check = (text: string, isAnswered?: boolean) => checkAnswer({ ...row, isAnswered }, { text, confidence: 1 });

  test('that stands in the source is not made up, one that says nothing neither', () => {
    expect(check('The daemon listens on port 8080.')).toMatchObject({ abstains: false, isMadeUp: false });
    expect(check('I do not know.', false)).toMatchObject({ abstains: true, isMadeUp: false });
    expect(check('')).toMatchObject({ abstains: true, isMadeUp: false });
  });

  test('is made up where the source is silent, where it is not carried, and where it quotes wrongly', () => {
    expect(check('The daemon listens on port 8080.', false).isMadeUp).toBe(true);
    expect(check('The daemon listens on port 25.').isMadeUp).toBe(true);
    expect(check('The daemon "listens on the port 8080".').isMadeUp).toBe(true);
  });

  test('is what a judge says of it', () => {
    const given = { text: 'The daemon listens on port 8080.', confidence: 1, isSupported: false };
    expect(checkAnswer(row, given).isMadeUp).toBe(true);
  });
});

test('a system is measured by what its rows say, and paired with what it was before', () => {
  const rows = [
    { question: 'Port?', source: SOURCE, isAnswered: true },
    { question: 'Colour?', source: SOURCE, isAnswered: false },
  ];
  const told = { text: 'The daemon listens on port 8080.', confidence: 0.9 };
  const withheld = { text: 'I do not know.', confidence: 0.8 };
  const check = (answers: readonly (typeof told)[]) => rows.map((row, i) => checkAnswer(row, answers[i]));
  const system = groundedSystem('tuned', rows, { now: check([told, withheld]), before: check([withheld, told]) });
  expect(system.hallucinated).toMatchObject({ before: { value: 0.5 }, after: { value: 0 } });
  expect(system.answeredThoughSilent).toMatchObject({ rows: 1, before: { value: 1 }, after: { value: 0 } });
  expect(system.abstainedThoughTold).toMatchObject({ rows: 1, before: { value: 1 }, after: { value: 0 } });
});

describe('confidence', () => {
  test('that sorts right from wrong has a small area, one that does not the share of wrong answers', () => {
    const answers = [0.9, 0.8, 0.4, 0.3].map((confidence, i) => ({ confidence, isWrong: i >= 2 }));
    // Risks 0, 0, 1/3, 1/2.
    expect(riskCoverage(answers)!.area.estimate).toBeCloseTo(5 / 24, 12);
    expect(riskCoverage(answers.map((one) => ({ ...one, confidence: 0.5 })))!.area.estimate).toBeCloseTo(0.5, 12);
    expect(riskCoverage([])).toBeUndefined();
  });

  test('is calibrated where it is the share that is right', () => {
    const answers = Array.from({ length: 20 }, (_, i) => ({ confidence: 0.75, isWrong: i % 4 === 0 }));
    expect(calibrationOf(answers)!.error.estimate).toBeCloseTo(0, 12);
    const sure = answers.map((one) => ({ ...one, confidence: 1 }));
    expect(calibrationOf(sure)!.error.estimate).toBeCloseTo(0.25, 12);
  });
});

describe('rows of questions', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-grounded-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('answers are read in all forms of data sets, and others are refused', async () => {
    const file = join(folder, 'forms.jsonl');
    const answers = ['1931', 3, ['', 'two'], { text: ['x'], answer_start: [0] }, '', null, [], { text: [] }];
    const rows = answers.map((answer) => ({ question: 'When?', source: 'A source.', answer }));
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const read = await readGroundedRows(file);
    expect(read.map(({ isAnswered }) => isAnswered)).toEqual([true, true, true, true, false, false, false, false]);
    writeFileSync(file, '{"question": "a", "source": "b", "answer": {"x": 1}}\n');
    await expect(readGroundedRows(file)).rejects.toMatchObject({ code: 'E_GROUNDED_ROWS', problems: [{ line: 1 }] });
  });

  test('say whether their source tells the answer, and what is wrong with them', async () => {
    const good = join(folder, 'good.jsonl');
    const base = { question: 'Port?', source: SOURCE };
    const rows = [
      { ...base, answer: '8080' },
      { ...base, answer: null },
      base,
      { question: 'Port?', context: 'x', answers: [] },
    ];
    writeFileSync(good, rows.map((row) => JSON.stringify(row)).join('\n'));
    const read = await readGroundedRows(good);
    expect(read.map(({ isAnswered }) => isAnswered)).toEqual([true, false, undefined, false]);
    const bad = join(folder, 'bad.jsonl');
    writeFileSync(bad, '{"question": "x"}\n{"question": "x", "source": "y", "prompt": 1}\n');
    await expect(readGroundedRows(bad)).rejects.toMatchObject({ code: 'E_GROUNDED_ROWS', problems: { length: 2 } });
  });
});
