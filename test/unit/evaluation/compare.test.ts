import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CompletionExample, Example } from '../../../src/data/example.ts';
import { chooseCheapest, fitCheap, rowsToFit } from '../../../src/evaluation/compare/cheap-systems.ts';
import type { Baseline } from '../../../src/answering/baselines/baseline.ts';
import { compareAnswers, type CompareOptions } from '../../../src/evaluation/compare/compare.ts';
import { sampledRows } from '../../../src/evaluation/compare/sampled-rows.ts';
import { suitableMetrics } from '../../../src/evaluation/compare/suitable-metrics.ts';
import { answerRows, type Answered } from '../../../src/answering/system.ts';
import { rowPredictor, type Prediction } from '../../../src/scoring/predictor.ts';
import { storedPredictor } from '../../../src/evaluation/stored-answers.ts';
import type { SystemKind } from '../../../src/store/results.ts';

const options: CompareOptions = { split: 'test', metrics: [{ metric: 'exact_match' }] };

function row(index: number, more: Partial<CompletionExample> = {}): CompletionExample {
  const source = { file: 'rows.jsonl', line: index + 1 };
  return { kind: 'completion', id: `row-${index}`, source, prompt: `question ${index}`, completion: 'right', ...more };
}

const rows = Array.from({ length: 100 }, (_, index) => row(index));

/** A system that is right where `isRight` is true. */
function system(name: string, kind: SystemKind, isRight: (index: number) => boolean): Answered {
  const predictions = rows.map(({ id }, i) => ({ id, text: isRight(i) ? 'right' : 'wrong' }));
  return { name, title: name.toUpperCase(), kind, predictions };
}

const tuned = system('tuned', 'tuned', (i) => i < 80);
const base = system('base', 'base', (i) => i < 20);
const nearest = system('nearest', 'cheap', (i) => i < 50);
const majority = system('majority', 'cheap', (i) => i >= 48);

describe('a verdict', () => {
  test('is better when the system is better than each of its rivals', async () => {
    const { comparison } = await compareAnswers([tuned, base, nearest], rows, options);
    expect(comparison).toMatchObject({ verdict: 'better', subject: 'tuned', rivals: ['base', 'nearest'], rows: 100 });
    expect(comparison.sentence).toMatch(
      /^exact match 0\.8 against 0\.5 of NEAREST \(better by 0\.3, 95 % interval \+0\.\d+ to \+0\.\d+; p below 0\.001, corrected for 2 comparisons\) on 100 rows of test\.$/,
    );
    const [first] = comparison.differences;
    expect(first).toMatchObject({ metric: 'exact_match', against: 'base', test: 'mcnemar', verdict: 'better' });
    expect(first.estimate).toBeCloseTo(0.6, 12);
    expect(comparison.systems[0].values.exact_match).toMatchObject({ value: 0.8, details: { rows: 100 } });
    expect(comparison.systems[0].values.exact_match.low).toBeGreaterThan(0.7);
  });

  test('is that there is no evidence when one of the rivals may be as good, and says what the rows could show', async () => {
    const near = system('prompted', 'prompted', (i) => i < 76 || i > 97);
    const { comparison } = await compareAnswers([tuned, base, near], rows, options);
    expect(comparison.verdict).toBe('no-evidence');
    expect(comparison.sentence).toContain('of PROMPTED');
    expect(comparison.sentence).toMatch(/These rows can show differences from about 0\.\d+\.$/);
    expect(comparison.differences.map(({ verdict }) => verdict)).toEqual(['better', 'no-evidence']);
  });

  test('of no evidence beside an interval without 0 says what it is corrected for', async () => {
    const near = (name: 'prompted' | 'few_shot') => system(name, name, (i) => i < 74);
    const { comparison } = await compareAnswers([tuned, near('prompted'), near('few_shot')], rows, options);
    const [{ low, p }] = comparison.differences;
    expect(low).toBeGreaterThan(0);
    expect(p).toBeLessThan(0.05);
    expect(comparison.verdict).toBe('no-evidence');
    expect(comparison.sentence).toMatch(
      /interval \+0\.\d+ to \+0\.\d+; p 0\.06\d*, corrected for 2 comparisons \(0\.03\d* alone\)/,
    );
  });

  test('tells how far its statistics are, and stops between two of them', async () => {
    const told: [number, number][] = [];
    await compareAnswers([tuned, base, nearest], rows, { ...options, onProgress: (...now) => told.push(now) });
    expect(told).toEqual(Array.from({ length: 7 }, (_, i) => [i + 1, 7]));
    const controller = new AbortController();
    const stopping = compareAnswers([tuned, base, nearest], rows, {
      ...options,
      signal: controller.signal,
      onProgress: (done) => done === 4 && controller.abort(new Error('enough')),
    });
    await expect(stopping).rejects.toThrow('enough');
  });

  test('is worse when any rival is better', async () => {
    const best = system('few_shot', 'few_shot', () => true);
    const { comparison } = await compareAnswers([tuned, base, best], rows, options);
    expect(comparison.verdict).toBe('worse');
    expect(comparison.sentence).toContain('against 1 of FEW_SHOT (worse by 0.2');
    expect(comparison.differences[1].estimate).toBeCloseTo(-0.2, 12);
  });

  test('comes with what each row was worth by the deciding metric, of every system', async () => {
    const { rowScores } = await compareAnswers([tuned, base, majority], rows, options);
    expect(rowScores.ids).toEqual(rows.map(({ id }) => id));
    expect(Object.keys(rowScores.scores)).toEqual(['tuned', 'base', 'majority']);
    expect([...rowScores.scores.majority]).toEqual(rows.map((_, i) => Number(i >= 48)));
  });

  test('of two equal systems is that there is no evidence', async () => {
    const { comparison } = await compareAnswers([tuned, { ...tuned, name: 'twin' }], rows, options);
    expect(comparison).toMatchObject({ verdict: 'no-evidence', flips: { worse: [], better: [] } });
    const [{ low, high, ...difference }] = comparison.differences;
    expect(difference).toMatchObject({ estimate: 0, p: 1, pAdjusted: 1 });
    // The certainty that a hundred rows without a difference allow.
    expect([low, high]).toEqual([expect.closeTo(-0.037, 3), expect.closeTo(0.037, 3)]);
  });

  test('of a system alone is that there was nothing to compare with', async () => {
    const { comparison } = await compareAnswers([tuned], rows, options);
    expect(comparison).toMatchObject({ verdict: 'no-evidence', rivals: [], differences: [] });
    expect(comparison.sentence).toBe('there was nothing to compare with; measured on 100 rows of test.');
  });

  test('counts a smaller error rate as better', async () => {
    const metrics = [{ metric: 'character_error_rate' as const }];
    const { comparison } = await compareAnswers([tuned, base], rows, { ...options, metrics });
    expect(comparison.systems[0].values.character_error_rate.value).toBeLessThan(0.3);
    expect(comparison).toMatchObject({ verdict: 'better', differences: [{ verdict: 'better' }] });
    expect(comparison.differences[0].estimate).toBeGreaterThan(0);
    expect(comparison.flips.better).toHaveLength(60);
  });

  test('adjusts p-values over the rivals only, the other cheap systems apart', async () => {
    const able = system('base', 'base', (i) => i < 55);
    const { comparison } = await compareAnswers([tuned, able, nearest, majority], rows, options);
    const [ofBase, ofNearest, ofMajority] = comparison.differences;
    expect(comparison.rivals).toEqual(['base', 'majority']);
    expect(ofBase.pAdjusted).toBeCloseTo(2 * ofBase.p, 20);
    expect(ofMajority.pAdjusted).toBeCloseTo(ofMajority.p, 20);
    expect(ofNearest.pAdjusted).toBeGreaterThan(ofNearest.p);
  });

  test('resamples groups of rows whole', async () => {
    const grouped = rows.map((example, i) => ({ ...example, group: `customer ${Math.floor(i / 20)}` }));
    const { comparison } = await compareAnswers([tuned, nearest], grouped, options);
    expect(comparison).toMatchObject({ groups: 5, verdict: 'no-evidence' });
    expect(comparison.sentence).toContain('100 rows of test in 5 groups');
  });

  test('on one group has no interval, in the file as in the sentence', async () => {
    const grouped = rows.map((example) => ({ ...example, group: 'one' }));
    const { comparison } = await compareAnswers([tuned, nearest], grouped, options);
    expect(comparison.sentence).toContain('(better by 0.3, too few rows or groups for an interval)');
    expect(comparison.sentence).toMatch(/on 100 rows of test in 1 group\.$/);
    // JSON turns infinite values into null.
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
    expect(comparison.differences[0].low).toBeUndefined();
    const { comparison: single } = await compareAnswers([tuned, nearest], rows.slice(0, 1), options);
    expect(single.sentence).toMatch(/on 1 row of test\.$/);
  });

  test('does not count a table as one more metric to be worse by', async () => {
    const metrics = [{ metric: 'accuracy' as const }, { metric: 'confusion' as const }];
    const { comparison } = await compareAnswers([base, tuned], rows, { ...options, metrics });
    expect(comparison.differences.map(({ metric }) => metric)).toEqual(['accuracy']);
    expect(comparison.systems[0].values.confusion.details?.table).toEqual({ right: { right: 20, wrong: 80 } });
    const alone = await compareAnswers([base, tuned], rows, { ...options, metrics: metrics.slice(1) });
    expect(alone.comparison).toMatchObject({ metric: 'confusion', verdict: 'worse' });
  });

  test('is the same for the same seed', async () => {
    const [one, two] = await Promise.all(
      [1, 1].map((seed) => compareAnswers([tuned, base], rows, { ...options, seed })),
    );
    expect(one).toEqual(two);
  });
});

describe('the cheap rival', () => {
  test('is the one that was chosen on other rows, even if another is better on these', async () => {
    const cheapest = { name: 'nearest', on: 'validation' } as const;
    const { comparison } = await compareAnswers([tuned, majority, nearest], rows, { ...options, cheapest });
    expect(comparison).toMatchObject({ rivals: ['nearest'], cheapChosenOn: 'validation' });
    expect(comparison.systems.map(({ name }) => name)).toEqual(['tuned', 'majority', 'nearest']);
  });

  test('is the best on these rows where there were no others, and that is told', async () => {
    const { comparison } = await compareAnswers([tuned, nearest, majority], rows, options);
    expect(comparison).toMatchObject({ rivals: ['majority'], cheapChosenOn: 'test' });
  });

  test('is the one that these rows plainly show to be best, whatever few other rows said', async () => {
    const cheapest = { name: 'nearest', on: 'validation' } as const;
    const far = system('trees', 'cheap', (i) => i < 70);
    const { comparison } = await compareAnswers([tuned, far, nearest], rows, { ...options, cheapest });
    expect(comparison).toMatchObject({ rivals: ['trees'], cheapChosenOn: 'test' });
  });

  test('is chosen among those that were fitted', async () => {
    const train = Array.from({ length: 60 }, (_, i) =>
      row(i, { prompt: `${['cats purr', 'dogs bark'][i % 2]} ${i}`, completion: ['cat', 'dog'][i % 2] }),
    );
    const { systems, skipped } = await fitCheap(train);
    expect(systems.map(({ predictor }) => predictor.name)).toContain('logistic_regression');
    expect(skipped.map(({ name }) => name)).toEqual(['copy', 'lead', 'fieldwise', 'word_for_word']);
    expect(skipped[0].reason).toBe('the answers are classes');
    const held = [
      row(0, { prompt: 'cats purr here', completion: 'cat' }),
      row(1, { prompt: 'dogs bark', completion: 'dog' }),
    ];
    const choice = await chooseCheapest(systems, held, { metric: 'exact_match' });
    expect(['nearest', 'logistic_regression']).toContain(choice?.name);
    expect(await chooseCheapest(systems, [], { metric: 'exact_match' })).toBeUndefined();
  });

  test('is fitted on a sample where it is capped, not on the beginning of a file that is sorted by label', async () => {
    const baseline = { mostRows: 50 } as Baseline;
    const sorted = Array.from({ length: 400 }, (_, i) => row(i, { completion: i < 200 ? 'a' : 'b' }));
    const sample = rowsToFit(baseline, sorted) as CompletionExample[];
    expect(sample).toHaveLength(50);
    const ofA = sample.filter(({ completion }) => completion === 'a').length;
    expect(ofA).toBeGreaterThan(10);
    expect(ofA).toBeLessThan(40);
    expect(rowsToFit(baseline, sorted)).toEqual(sample);
  });
});

describe('a system', () => {
  test('that gives no input for the deciding metric is left out with the reason; other metrics may be missing', async () => {
    const likely = (answered: Answered): Answered => ({
      ...answered,
      predictions: answered.predictions.map((one) => ({
        ...one,
        likelihood: { negativeLogLikelihood: 2, tokens: 1, bytes: 4 },
      })),
    });
    const metrics = [{ metric: 'bits_per_byte' as const }];
    const { comparison } = await compareAnswers([likely(tuned), likely(base), nearest], rows, { ...options, metrics });
    expect(comparison.systems.map(({ name }) => name)).toEqual(['tuned', 'base']);
    expect(comparison.skipped).toEqual([{ name: 'nearest', reason: expect.stringContaining('gives no likelihood') }]);
    await expect(compareAnswers([tuned, base], rows, { ...options, metrics })).rejects.toThrow('E_METRIC_INPUT');
    const both = [{ metric: 'exact_match' as const }, ...metrics];
    const { comparison: mixed } = await compareAnswers([likely(tuned), nearest], rows, { ...options, metrics: both });
    expect(Object.keys(mixed.systems[1].values)).toEqual(['exact_match']);
    expect(mixed.differences.map(({ metric }) => metric)).toEqual(['exact_match']);
  });

  test('that was cut short or gave no number on a row stays in the comparison, and both are counted', async () => {
    const numbers = rows.map((one, i) => ({ ...one, completion: `${i}` }));
    const answers = (say: (i: number) => string, name = 'tuned'): Answered => ({
      ...tuned,
      name,
      predictions: numbers.map(({ id }, i) => ({ id, text: say(i), finish: i < 7 ? 'length' : 'stop' })),
    });
    const broken = answers((i) => (i === 3 ? 'three' : `${i}`));
    const other = answers((i) => `${i + 1}`, 'other');
    const { comparison } = await compareAnswers([broken, other], numbers, { ...options, metrics: [{ metric: 'mae' }] });
    const [first, second] = comparison.systems;
    expect([first.cutAnswers, second.cutAnswers]).toEqual([7, 7]);
    // The mean of 0 to 99 replaces the third answer, which is no number.
    expect(first.values.mae).toMatchObject({ value: 0.465, details: { notNumbers: 1, notNumberRows: ['row-3'] } });
    expect(comparison.skipped).toEqual([]);
    const { comparison: plain } = await compareAnswers([tuned, base], rows, options);
    expect(plain.systems[0].cutAnswers).toBeUndefined();
  });

  test('that does not answer with numbers is left out of a comparison of numbers', async () => {
    const numbers = rows.map((one, i) => ({ ...one, completion: `${i}` }));
    const near = { ...tuned, predictions: numbers.map(({ id }, i) => ({ id, text: `${i + 1}` })) };
    const { comparison } = await compareAnswers([near, base], numbers, { ...options, metrics: [{ metric: 'mae' }] });
    expect(comparison.systems.map(({ name }) => name)).toEqual(['tuned']);
    expect(comparison.skipped).toMatchObject([{ name: 'base', reason: expect.stringContaining('number') }]);
    const words = compareAnswers([near, base], rows, { ...options, metrics: [{ metric: 'mae' }] });
    await expect(words).rejects.toThrow(/E_METRIC_ROWS/);
  });

  test('that cannot read some rows takes them from all; one that cannot read most of them is left out itself', async () => {
    const blind = (answered: Answered, from: number): Answered => ({
      ...answered,
      predictions: answered.predictions.map(({ id, text }, i) =>
        i >= from ? { id, unreadable: 'too long' } : { id, text },
      ),
    });
    const { comparison } = await compareAnswers([blind(tuned, 90), base, blind(nearest, 30)], rows, options);
    expect(comparison).toMatchObject({ rows: 90, leftOut: { rows: 10, reason: 'too long' } });
    expect(comparison.skipped).toEqual([{ name: 'nearest', reason: 'most rows are too long' }]);
    const failure = compareAnswers([blind(tuned, 10), base], rows, options);
    await expect(failure).rejects.toMatchObject({ code: 'E_ROWS_UNREADABLE', problems: { length: 90 } });
  });

  test('is asked with progress and a clock, and what its rows cost is added up', async () => {
    const predictor = rowPredictor('remote', () => ({ text: 'x', usage: { seconds: 2, inputTokens: 10, cost: 0.5 } }));
    const { usage } = await answerRows({ predictor, title: 'remote', kind: 'endpoint' }, rows);
    expect(usage).toEqual({ secondsPerRow: 2, inputTokens: 1000, outputTokens: undefined, costPer1000: 500 });
  });
});

describe('samples', () => {
  test('show the rows that got worse first, then those that stayed, then those that got better', async () => {
    const rival = system('base', 'base', (i) => i >= 70);
    const metrics = [...options.metrics, { metric: 'pattern_match' as const, pattern: '^r' }];
    const { comparison, samples } = await compareAnswers([tuned, rival], rows, { ...options, metrics });
    expect(comparison.flips.worse).toEqual(rows.slice(80).map(({ id }) => id));
    expect(comparison.flips.better).toHaveLength(70);
    expect(samples.rows.map(({ change }) => change)).toEqual([
      ...Array.from({ length: 20 }, () => 'worse'),
      ...Array.from({ length: 10 }, () => 'same'),
      ...Array.from({ length: 70 }, () => 'better'),
    ]);
    expect(samples.rows[0]).toMatchObject({
      id: 'row-80',
      prompt: 'question 80',
      expected: 'right',
      answers: {
        tuned: { text: 'wrong', valid: false, scores: { exact_match: 0 } },
        base: { text: 'right', valid: true },
      },
    });
  });
});

describe('rows', () => {
  test('are sampled by the seed alone, in their own order', () => {
    const some = sampledRows(rows, 10, 3);
    expect(some).toHaveLength(10);
    expect(some.map(({ source }) => source.line)).toEqual(
      some.map(({ source }) => source.line).toSorted((a, b) => a - b),
    );
    expect(sampledRows(rows, 10, 3)).toEqual(some);
    expect(sampledRows(rows, 10, 4)).not.toEqual(some);
    expect(sampledRows(rows, 100, 3)).toBe(rows);
  });

  test.each<[string, (index: number) => Partial<CompletionExample>, string]>([
    ['few different answers', (i) => ({ completion: ['yes', 'no'][i % 2] }), 'accuracy'],
    ['JSON objects', (i) => ({ completion: JSON.stringify({ name: `n${i}` }) }), 'json_fields'],
    ['short answers', (i) => ({ completion: `answer ${i}` }), 'exact_match'],
    ['long answers', (i) => ({ completion: `${i} ${'word '.repeat(20)}` }), 'chrf'],
  ])('with %s are measured by what suits them', (_, more, deciding) => {
    const examples = rows.map((_example, i) => row(i, more(i)));
    const metrics = suitableMetrics(examples);
    expect(metrics[0]).toEqual({ metric: deciding });
    expect(metrics).toContainEqual({ metric: 'bits_per_byte' });
  });

  test('of plain text are measured by how likely they are', () => {
    const texts: Example[] = rows.map(({ id, source }) => ({ kind: 'text', id, source, text: 'some text' }));
    expect(suitableMetrics(texts)).toEqual([{ metric: 'bits_per_byte' }, { metric: 'perplexity' }]);
  });
});

describe('a file of answers', () => {
  const some = rows.slice(0, 3);

  async function answersIn(lines: readonly unknown[], name = 'answers.jsonl'): Promise<Prediction[]> {
    const folder = mkdtempSync(join(tmpdir(), 'attune-stored-'));
    try {
      writeFileSync(join(folder, name), lines.map((line) => JSON.stringify(line)).join('\n'));
      return await storedPredictor('file', join(folder, name)).predict(some);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test.each([
    ['ids', some.toReversed().map(({ id }) => ({ id, answer: `to ${id}` }))],
    ['prompts', some.toReversed().map(({ id, prompt }) => ({ prompt, completion: `to ${id}`, finish: 'stop' }))],
    [
      'prompts, where the ids are of the file alone',
      some.map(({ id, prompt }, i) => ({ id: `${i}`, prompt, text: `to ${id}` })),
    ],
    ['places', some.map(({ id }) => ({ text: `to ${id}` }))],
  ])('is matched to rows by %s', async (_, lines) => {
    expect(await answersIn(lines)).toEqual(some.map(({ id }) => ({ id, text: `to ${id}` })));
  });

  test('that lacks answers, says nothing of rows, or is broken is refused with the rows', async () => {
    const lacking = answersIn([{ id: 'row-0', text: 'x' }]);
    await expect(lacking).rejects.toMatchObject({ code: 'E_ANSWERS_MISSING', problems: [{ line: 2 }, { line: 3 }] });
    await expect(answersIn([{ text: 'x' }])).rejects.toMatchObject({ code: 'E_ANSWERS_UNMATCHED' });
    const broken = answersIn([{ id: 'row-0', text: 'x' }, { id: 'row-1' }, 7]);
    await expect(broken).rejects.toMatchObject({ code: 'E_BAD_ANSWERS', problems: [{ line: 2 }, { line: 3 }] });
  });
});
