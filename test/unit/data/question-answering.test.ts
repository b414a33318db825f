// Answers that are spans of a text. Published values: the metric cards of `squad` and `squad_v2` (Hugging Face's
// evaluate), and the documented normalisation.
import { describe, expect, it, test } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import type { QuestionExample } from '../../../src/data/example.ts';
import { exampleRow } from '../../../src/data/example-row.ts';
import { question } from '../../../src/data/kinds/question.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import { answerForm } from '../../../src/scoring/answer-form.ts';
import { baselines } from '../../../src/answering/baselines/index.ts';
import { suitableMetrics } from '../../../src/evaluation/compare/suitable-metrics.ts';
import { bestNullThreshold, valueAt, type NullableAnswer } from '../../../src/evaluation/null-threshold.ts';
import { createMetric, type MetricName } from '../../../src/scoring/metrics/index.ts';
import { contextWindows, type QuestionRow } from '../../../src/answering/tasks/rows/context-windows.ts';
import { bestSpan } from '../../../src/answering/tasks/answers/spans.ts';

const source = { file: 'x', line: 1 };

function read(row: Record<string, unknown>) {
  const reader = new RowReader(row, source);
  const body = question.formats.questions.read(reader);
  return { body, problems: reader.problems.map(({ field, message }) => `${field}: ${message}`) };
}

function asked(question: string, context: string, ...answers: string[]): QuestionExample {
  const spans = answers.map((text) => ({ text, start: Math.max(0, context.indexOf(text)) }));
  return { kind: 'question', id: question, source, question, context, answers: spans };
}

describe('a row with a question and its text', () => {
  const context = '😀 Anna lives in Rome; Rome is old.';
  const row = (answers: unknown) => ({ question: 'Where?', context, answers });

  it('has its answers at the places that it names, which count code points, or at their first', () => {
    const second = context.lastIndexOf('Rome');
    const body = { kind: 'question', question: 'Where?', context };
    const codePoint = second - 1; // the smile is two units and one code point
    const there = { ...body, answers: [{ text: 'Rome', start: second }] };
    expect(read(row({ text: ['Rome'], answer_start: [codePoint] })).body).toEqual(there);
    expect(read(row([{ text: 'Rome', answer_start: codePoint }])).body).toEqual(there);
    expect(read({ question: 'Where?', context, answer: 'Rome', answer_start: codePoint }).body).toEqual(there);
    expect(read({ question: 'Where?', context, answer: 'Rome' }).body).toMatchObject({
      answers: [{ start: context.indexOf('Rome') }],
    });
    const written = exampleRow({ id: 'a', source, ...there } as QuestionExample);
    expect(read(written).body).toEqual(there);
  });

  it('may have no answer, which is not the same as one that nobody knows', () => {
    for (const none of [row([]), row({ text: [], answer_start: [] }), { ...row(undefined), is_impossible: true }])
      expect(read(none).body).toMatchObject({ answers: [] });
    expect(read({ question: 'Where?', context }).body).not.toHaveProperty('answers');
  });

  it('names what is wrong with an answer', () => {
    expect(read(row({ text: ['Oslo'] })).problems).toEqual(['answers.text[0]: "Oslo" is not in the context']);
    expect(read(row({ text: ['Rome'], answer_start: [3] })).problems).toEqual([
      'answers.answer_start[0]: "Rome" is at position 16, not 3',
    ]);
    expect(read(row({ text: ['Rome'], answer_start: [1, 2] })).problems[0]).toContain('has 2 positions for 1 text');
    expect(read(row([' '])).problems).toEqual(['answers[0]: is empty']);
    expect(read(row([{ text: 'Rome', answer_start: 'x' }])).problems[0]).toContain('must be a whole number');
    expect(read({ question: '', context }).problems).toEqual(['question: is empty']);
  });
});

describe('answers are measured', () => {
  const measured = async (name: MetricName, rows: readonly (readonly [predicted: string, ...right: string[]])[]) => {
    const { metric } = await createMetric({ metric: name });
    for (const [text, ...right] of rows) metric.add({ id: 'a', text }, asked('q', right.join(' '), ...right));
    return metric.result().value * 100;
  };

  test('as on the metric cards of squad and squad_v2', async () => {
    const partly = [
      ['1976', '1976'],
      ['Beyonce', 'Beyoncé and Bruno Mars'],
      ['climate change', 'climate change'],
    ] as const;
    for (const name of ['squad_exact_match', 'token_f1'] as const) {
      expect(await measured(name, [['1976', '1976']])).toBe(100);
      expect(await measured(name, [['1999', '1976']])).toBe(0);
      expect(await measured(name, partly)).toBeCloseTo(66.66666666666667, 10);
    }
  });

  test('without case, punctuation and articles, against the nearest of several, and none against none', async () => {
    expect(await measured('squad_exact_match', [['The "Eiffel" tower!', 'eiffel tower']])).toBe(100);
    expect(await measured('squad_exact_match', [['ça', 'ç']])).toBe(0); // the end of a word is no article
    expect(await measured('token_f1', [['in old Rome', 'Rome', 'old Rome']])).toBeCloseTo(80, 10);
    expect(await measured('token_f1', [['']])).toBe(100);
    expect(await measured('token_f1', [['Rome']])).toBe(0);
    expect(await measured('squad_exact_match', [['', 'Rome']])).toBe(0);
  });

  test('by these, and not by how likely they are', () => {
    const rows = [asked('q', 'a b', 'b')];
    expect(answerForm(rows)).toEqual({ kind: 'span' });
    const both = ['token_f1', 'squad_exact_match'];
    const names = (examples: QuestionExample[]) => suitableMetrics(examples).map(({ metric }) => metric);
    expect(names(rows)).toEqual(both);
    const ofKinds = ['has_answer_f1', 'has_answer_exact_match', 'no_answer_f1'];
    expect(names([...rows, asked('q', 'a b')])).toEqual([...both, ...ofKinds]);
  });

  test('apart where there is an answer and where there is none', async () => {
    // One of two words right; right; no answer although there is one; rightly no answer; an answer although there is
    // none.
    const rows = [['old Rome', 'Rome'], ['Oslo', 'Oslo'], ['', 'Kiev'], [''], ['Lima']] as const;
    expect(await measured('has_answer_f1', rows)).toBeCloseTo((100 * (2 / 3 + 1 + 0)) / 3, 10);
    expect(await measured('has_answer_exact_match', rows)).toBeCloseTo(100 / 3, 10);
    expect(await measured('no_answer_f1', rows)).toBe(50);
    expect(await measured('no_answer_exact_match', rows)).toBe(50);
    await expect(measured('no_answer_f1', rows.slice(0, 3))).rejects.toThrow(/where there is none .*E_METRIC_INPUT/);
  });
});

describe('how much better "none" has to be', () => {
  /** Line-by-line port of `find_best_thresh` in SQuAD 2.0's evaluate-v2.0.py, for predictions that are never empty. */
  function official(rows: readonly NullableAnswer[]): number {
    let score = rows.filter(({ isAnswered }) => !isAnswered).length;
    let [best, threshold] = [score, 0];
    for (const { noneBy, value, isAnswered } of rows.toSorted((a, b) => a.noneBy - b.noneBy)) {
      score += isAnswered ? value : -1;
      if (score > best) [best, threshold] = [score, noneBy];
    }
    return threshold;
  }
  const row = (noneBy: number, value: number | undefined): NullableAnswer => ({
    noneBy,
    value: value ?? 0,
    isAnswered: value !== undefined,
  });

  it('is what the official evaluation finds, and no other threshold scores more', () => {
    const found = Array.from({ length: 50 }, (_, draw) => {
      const unit = (place: number, site: number) => randomUnit([7, 'null threshold', draw, place, site]);
      const rows = Array.from({ length: 30 }, (_, i) => {
        const isAnswered = unit(i, 0) < 0.6;
        return row(unit(i, 1) * 8 - (isAnswered ? 6 : 2), isAnswered ? unit(i, 2) : undefined);
      });
      const threshold = bestNullThreshold(rows)!;
      const sum = (at: number) => rows.reduce((all, one) => all + valueAt(one, at), 0);
      const best = Math.max(...[-99, ...rows.map(({ noneBy }) => noneBy)].map(sum));
      expect(sum(threshold)).toBeCloseTo(best, 10);
      expect(threshold).toBe(official(rows));
      return threshold;
    });
    expect(new Set(found).size).toBeGreaterThan(40);
  });

  it('takes rows that are equally sure together, and may be so much that nothing is answered', () => {
    expect(bestNullThreshold([row(-1, 1), row(2, 1), row(2, undefined), row(3, undefined)])).toBe(-1);
    expect(bestNullThreshold([row(-3, 0.2), row(-4, undefined)])).toBeLessThan(-4);
  });

  it('is not told by rows that all have an answer, or none', () => {
    expect([[row(1, 1)], [row(1, undefined)], []].map((rows) => bestNullThreshold(rows))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a long text', () => {
  // A question of 2 tokens between separators, a text of 10, a separator: 1 2 3 1 | 10 … 19 | 1
  const row: QuestionRow = {
    id: '0123456789abcdef',
    source,
    ids: Int32Array.of(1, 2, 3, 1, ...Array.from({ length: 10 }, (_, i) => 10 + i), 1),
    typeIds: Int32Array.of(0, 0, 0, 0, ...Array<number>(11).fill(1)),
    trained: Uint8Array.of(0, 0, 0, 0, ...Array<number>(10).fill(1), 0),
    values: [9, 10],
  };

  it('is read in windows that begin with the question and share a stride; the answer is where it is whole', () => {
    const windows = contextWindows(row, 10, 2);
    expect(windows.map((one) => [...one.row.ids].join(' '))).toEqual([
      '1 2 3 1 10 11 12 13 14 1',
      '1 2 3 1 13 14 15 16 17 1',
      '1 2 3 1 16 17 18 19 1',
    ]);
    expect(windows.map(({ skipped }) => skipped)).toEqual([0, 3, 6]);
    expect(windows.map((one) => one.row.values)).toEqual([
      [0, 0],
      [6, 7],
      [0, 0],
    ]);
    expect(windows.map((one) => one.row.trained.length === one.row.typeIds?.length)).toEqual([true, true, true]);
    expect(new Set(windows.map((one) => one.row.id)).size).toBe(3);
    expect(windows[0].row.id).toBe(row.id);
  });

  it('overlaps by half at most, and stays whole where its question leaves no room', () => {
    expect(contextWindows(row, 9, 128).map(({ skipped }) => skipped)).toEqual([0, 2, 4, 6]);
    expect(contextWindows(row, 5, 2)).toEqual([{ row, skipped: 0 }]);
    expect(contextWindows(row, 15, 2)).toEqual([{ row, skipped: 0 }]);
  });
});

it('the best stretch ends where it starts or after, within its longest and within the text', () => {
  const scores = { start: [9, 1, 0, 5, 0], end: [9, 4, 0, 1, 3] };
  expect(bestSpan(scores, { from: 1, to: 5, longest: 3 })).toEqual({ first: 3, last: 4, score: 8 });
  expect(bestSpan(scores, { from: 1, to: 5, longest: 1 })).toEqual({ first: 3, last: 3, score: 6 });
  expect(bestSpan({ start: [0, 0, 9], end: [9, 9, 0] }, { from: 0, to: 3, longest: 3 })?.score).toBe(9);
  expect(bestSpan(scores, { from: 2, to: 2, longest: 3 })).toBeUndefined();
});

describe('the words nearest to those of the question', () => {
  const text = 'Anna was born in Rome. Carl was born in Oslo. Dora works as a baker.';
  const train = [
    asked('Where was Anna born?', text, 'Rome'),
    asked('Where was Emil born?', 'Emil was born in Kiev. Emil likes cats.', 'Kiev'),
    asked('Where was Ivan born?', 'Olga likes tea and quiet evenings.'),
  ];

  it('are as many as answers usually have, and none where the text has little of the question', async () => {
    const predictor = await (await baselines.load('sliding_window')).fit(train);
    const rows = [asked('Where was Carl born?', text), asked('Where was Nils born?', 'Tea is hot and dark.')];
    const answers = await predictor.predict(rows);
    expect(answers.map((answer) => answer.text)).toEqual(['Oslo', '']);
  });
});
