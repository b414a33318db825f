// How rephrased rows change a verdict that the test rows leave open.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countOwnRows } from '../../../src/app/compare/own-rows.ts';
import type { ClassificationExample } from '../../../src/data/example.ts';
import { compareAnswers } from '../../../src/evaluation/compare/compare.ts';
import { keepableSystem } from '../../../src/evaluation/compare/keep-system.ts';
import { ownRowsSentence, withOtherWords, worded } from '../../../src/evaluation/wording/recommendation.ts';
import { readAssessment, writeAssessment } from '../../../src/evaluation/assessments/assessment-files.ts';
import type { Comparison } from '../../../src/store/results.ts';
import type { Wording } from '../../../src/evaluation/wording/wording-results.ts';

const SYSTEMS = [
  { name: 'tuned', title: 'tuned', kind: 'tuned' },
  { name: 'logistic_regression', title: 'tf-idf', kind: 'cheap' },
] as const;

/** Texts without common words, in two classes. */
function rowsOf(count: number): ClassificationExample[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'classification',
    id: `row-${i}`,
    source: { file: 'rows.csv', line: i + 1 },
    text: `w${i}a w${i}b w${i}c`,
    label: i % 2 === 0 ? 'billing' : 'shipping',
  }));
}

/** A comparison on `count` rows, with the given number of wrong answers for each system. */
async function comparisonOf(count: number, wrong: readonly [tuned: number, words: number]): Promise<Comparison> {
  const rows = rowsOf(count);
  const answer = (which: 0 | 1) => ({
    ...SYSTEMS[which],
    predictions: rows.map(({ id, label }, i) => ({ id, label: i >= count - wrong[which] ? 'other' : label })),
  });
  const answered = [answer(0), answer(1)] as const;
  return (await compareAnswers(answered, rows, { split: 'test', metrics: [{ metric: 'accuracy' }] })).comparison;
}

function wordingOf(other: Comparison, tested: Comparison, file?: string): Wording {
  return { version: 1, ...worded(other, tested), examples: [], ...(file !== undefined && { file }) };
}

describe('rows in other words, on a tie', async () => {
  const tested = await comparisonOf(300, [0, 0]);

  test('put the tuned model first where it stands and the cheap one falls', async () => {
    expect(tested.conclusion?.use).toBe('logistic_regression');
    const found = withOtherWords(tested, wordingOf(await comparisonOf(200, [8, 70]), tested));
    expect(found.conclusion).toEqual({
      outcome: 'better',
      use: 'tuned',
      advice:
        'Use the tuned model: in other words it answers 192 of 200 test rows right, tf-idf 130. ' +
        'The test rows as they are do not tell them apart: both answer 300 of 300 rows right.',
    });
    expect(keepableSystem(found)).toBeUndefined();
  });

  test.each([
    ['tell as little', [4, 6]],
    ['take as much of both', [60, 62]],
    ['take more of the tuned model', [70, 4]],
  ] as const)('leave the cheap system first where they %s', async (_, wrong) => {
    expect(withOtherWords(tested, wordingOf(await comparisonOf(200, [...wrong]), tested))).toBe(tested);
  });

  test('stand in the first sentence of a tie with word counts, where they decide nothing', async () => {
    const [subject, ...rest] = tested.systems;
    const knowing = { ...tested, systems: [{ ...subject, knowsWords: true }, ...rest] };
    const { conclusion } = withOtherWords(knowing, wordingOf(await comparisonOf(200, [4, 6]), tested));
    expect(conclusion?.use).toBe('logistic_regression');
    expect(conclusion?.advice).toBe(
      'Level on these rows: both answer 300 of 300 rows right; in other words the tuned model answers 196 of 200 test ' +
        'rows right, tf-idf 194. Use tf-idf, which costs next to nothing to run, if people will write as in these rows; ' +
        'keep the tuned model if they will use words that no row has.',
    );
    const own = wordingOf(await comparisonOf(35, [6, 11]), tested, 'own.csv');
    const byOwn = withOtherWords(knowing, { ...wordingOf(await comparisonOf(200, [4, 6]), tested), own }).conclusion;
    expect(byOwn).toMatchObject({ outcome: 'unclear', use: 'tuned' });
    expect(byOwn?.advice).toBe(
      'Level on these rows: both answer 300 of 300 rows right; on rows of your own (own.csv) the tuned model answers 29 ' +
        'of 35 right, tf-idf 24. Use the tuned model if people will write as in those; tf-idf, which costs next to ' +
        'nothing to run, does if they write as in the test rows.',
    );
  });

  test('keep the verdict from calling a result better that falls behind on them', async () => {
    const led = await comparisonOf(300, [0, 40]);
    expect(led.conclusion).toMatchObject({ outcome: 'better', use: 'tuned' });
    const behind = await comparisonOf(200, [70, 4]);
    const { conclusion } = withOtherWords(led, wordingOf(behind, led));
    expect(conclusion).toEqual({
      outcome: 'unclear',
      use: 'tuned',
      advice:
        'Use the tuned model only if people will write as in these rows: there it answers 300 of 300 rows right, tf-idf ' +
        '260; in other words tf-idf answers 196 of 200 test rows right, the tuned model 130. Elsewhere, tune another base ' +
        'or add rows in more varied words.',
    });
    const own = wordingOf(await comparisonOf(160, [4, 6]), led, 'own.csv');
    expect(withOtherWords(led, { ...wordingOf(behind, led), own }).conclusion?.outcome).toBe('better');
    expect(withOtherWords(led, wordingOf(await comparisonOf(200, [12, 4]), led))).toBe(led);
  });

  test('stand in the first sentence of a tie with a yardstick that leads on them', async () => {
    const [subject, rival] = tested.systems;
    const yardstick = JSON.parse(
      JSON.stringify({ ...tested, systems: [subject, rival] }).replaceAll('logistic_regression', 'fieldwise'),
    ) as Comparison;
    const { conclusion: _, ...bare } = yardstick;
    const evidence = JSON.parse(
      JSON.stringify(wordingOf(await comparisonOf(200, [70, 4]), tested)).replaceAll(
        'logistic_regression',
        'fieldwise',
      ),
    ) as Wording;
    expect(withOtherWords(bare as Comparison, evidence).conclusion).toEqual({
      outcome: 'unclear',
      advice:
        'Level in the words of these rows: both answer 300 of 300 rows right; in other words tf-idf answers 196 of 200 ' +
        'test rows right, the tuned model 130. Elsewhere, tune another base or add rows in more varied words.',
    });
  });

  test("count less than people's own rows, which speak for either", async () => {
    const byRules = wordingOf(await comparisonOf(200, [0, 0]), tested);
    const decided = async (wrong: readonly [number, number]) => {
      const own = wordingOf(await comparisonOf(160, wrong), tested, 'own.csv');
      const wording = { ...byRules, own };
      const { conclusion } = withOtherWords(tested, wording);
      return [conclusion?.use, conclusion?.advice, ownRowsSentence(wording, tested)];
    };
    const [use, advice, sentence] = await decided([21, 66]);
    expect(use).toBe('tuned');
    expect(advice).toMatch(
      /^Use the tuned model: on rows of your own \(own\.csv\) it answers 139 of 160 right, tf-idf 94\. The test rows/,
    );
    expect(sentence).toBe('On rows of your own (own.csv) it answers 139 of 160 right, tf-idf 94.');
    expect((await decided([66, 21])).slice(0, 2)).toEqual([
      'logistic_regression',
      'Use tf-idf: on rows of your own (own.csv) it answers 139 of 160 right, the tuned model 94.',
    ]);
    expect((await decided([20, 21]))[1]).toBe(tested.conclusion!.advice);
  });

  test('are kept with the run whose result was compared on them, and change its verdict', async () => {
    const run = mkdtempSync(join(tmpdir(), 'attune-own-rows-'));
    const own = { ...(await comparisonOf(160, [21, 66])), split: 'own.csv' };
    expect(countOwnRows(run, own)).toBe(false);
    writeAssessment(run, 'comparison', tested);
    writeAssessment(run, 'wording', wordingOf(await comparisonOf(200, [0, 0]), tested));
    expect(countOwnRows(run, own)).toBe(true);
    expect(readAssessment(run, 'comparison')?.conclusion?.advice).toMatch(/^Use the tuned model: on rows of your own/);
    expect(readAssessment(run, 'wording')?.own).toMatchObject({ rows: 160, testedRows: 300, file: 'own.csv' });
    rmSync(run, { recursive: true });
  });
});
