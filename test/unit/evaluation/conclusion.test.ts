// Conclusions of a comparison for a decision: outcome, advice, and rows that would decide.
import { describe, expect, test } from 'vitest';
import type { ClassificationExample, PreferenceExample, PromptExample } from '../../../src/data/example.ts';
import { costsByLabel } from '../../../src/evaluation/spoken-costs.ts';
import { classTitle } from '../../../src/scoring/metrics/class-title.ts';
import { compareAnswers, type CompareOptions } from '../../../src/evaluation/compare/compare.ts';
import { isBehind } from '../../../src/evaluation/compare/conclusion.ts';
import { glossaryOf } from '../../../src/evaluation/compare/glossary.ts';
import { keepableSystem } from '../../../src/evaluation/compare/keep-system.ts';
import type { Answered } from '../../../src/answering/system.ts';
import { detectableShare } from '../../../src/scoring/statistics/index.ts';
import type { Prediction } from '../../../src/scoring/predictor.ts';
import type { SystemKind } from '../../../src/store/results.ts';

/** Texts without common words. */
function row(index: number, label: string): ClassificationExample {
  const source = { file: 'rows.csv', line: index + 1 };
  return { kind: 'classification', id: `row-${index}`, source, text: `w${index}a w${index}b w${index}c`, label };
}

const frauds = (count: number, all: number) => Array.from({ length: all }, (_, i) => row(i, i < count ? '1' : '0'));

/** Assigns class 1 the probability `probability`. */
function scorer(
  rows: readonly ClassificationExample[],
  [name, title, kind]: readonly [string, string, SystemKind],
  probability: (index: number) => number,
): Answered {
  const predictions = rows.map(({ id }, i): Prediction => {
    const one = probability(i);
    return { id, label: one >= 0.5 ? '1' : '0', scores: { '0': 1 - one, '1': one } };
  });
  return { name, title, kind, predictions };
}

const TUNED = ['tuned', 'tuned', 'tuned'] as const;
const TREES = ['trees', 'gradient-boosted trees', 'cheap'] as const;

const OF_FRAUD: CompareOptions = {
  split: 'test',
  metrics: [
    { metric: 'average_precision', positive: '1' },
    { metric: 'macro_f1', positive: '1' },
    { metric: 'accuracy' },
  ],
  labelColumn: 'is_fraud',
};

const BY_ACCURACY: CompareOptions = { split: 'test', metrics: [{ metric: 'accuracy' }] };

/** Answers to prompts with these rewards. */
function rewarded([name, kind]: readonly ['tuned' | 'base', SystemKind], rewards: readonly number[]): Answered {
  const predictions = rewards.map((reward, i): Prediction => ({ id: `row-${i}`, text: 'x', reward }));
  return { name, title: name, kind, predictions };
}

const prompts = (count: number) =>
  Array.from({ length: count }, (_, i): PromptExample => {
    const { id, source, text } = row(i, '');
    return { kind: 'prompt', id, source, prompt: text, columns: {} };
  });

describe('a conclusion about rewards', () => {
  const rows = prompts(60);
  const byReward: CompareOptions = { split: 'test', metrics: [{ metric: 'reward' }] };
  const base = rewarded(
    ['base', 'base'],
    rows.map((_, i) => (i % 10) / 10),
  );

  test('says what both earn', async () => {
    const tuned = rewarded(
      ['tuned', 'tuned'],
      rows.map(() => 1),
    );
    const { comparison } = await compareAnswers([tuned, base], rows, byReward);
    expect(comparison.conclusion).toEqual({
      outcome: 'better',
      advice: 'Use the tuned model: it earns a mean reward of 1, the base model 0.45.',
      use: 'tuned',
    });
  });

  test('asks for no more rows where training did not move the reward', async () => {
    const tuned = rewarded(
      ['tuned', 'tuned'],
      rows.map((_, i) => ((i * 7 + 1) % 10) / 10),
    );
    const { comparison } = await compareAnswers([tuned, base], rows, { ...byReward, isFlat: true });
    expect(comparison.conclusion).toEqual({
      outcome: 'unclear',
      advice:
        'Nothing shows that the tuned model is better than the base model (both earn a mean reward of 0.45). ' +
        'Training did not move it, so more test rows would not tell.',
    });
    const { comparison: unknown } = await compareAnswers([tuned, base], rows, byReward);
    expect(unknown.conclusion!.advice).not.toContain('Training did not move it');
  });
});

describe('a conclusion', () => {
  test('recommends a far better rival in counts of what is found, and never calls it as good', async () => {
    const rows = frauds(4, 300);
    const tuned = scorer(rows, TUNED, (i) => (i < 2 ? 0.6 : i < 4 ? 0.01 : i < 10 ? 0.7 : 0.02));
    const trees = scorer(rows, TREES, (i) => (i < 4 ? 0.99 : 0.01));
    const { comparison } = await compareAnswers([tuned, trees], rows, OF_FRAUD);
    expect(comparison.conclusion).toMatchObject({ outcome: 'not-better', use: 'trees' });
    expect(comparison.conclusion!.advice).toMatch(
      /^Use gradient-boosted trees: it finds 4 of 4 fraud rows with no false alarm, the tuned model 2 with 6 false alarms, and it costs next to nothing to run\./,
    );
    expect(isBehind(comparison)).toBe(true);
    expect(keepableSystem(comparison)).toBe('trees');
    expect(comparison.metrics[0].title).toBe('average precision of fraud');
    expect(comparison.sentence).toContain('300 rows of test, 4 of them of the rarest class, fraud.');
  });

  test('says that pairs teach length where length alone does as well, and recommends no rule of length', async () => {
    const pairs = Array.from({ length: 40 }, (_, i): PreferenceExample => {
      const source = { file: 'pairs.jsonl', line: i + 1 };
      return { kind: 'preference', id: `${i}`, source, prompt: `w${i}a`, chosen: `w${i}b w${i}c`, rejected: `w${i}d` };
    });
    const preferring = ([name, title, kind]: readonly [string, string, SystemKind], right: number): Answered => {
      const predictions = pairs.map(({ id }, i): Prediction => ({ id, margin: i < right ? 1 : -1 }));
      return { name, title, kind, predictions };
    };
    const adviceFor = async (right: number, byLength: number) => {
      const systems = [
        preferring(TUNED, right),
        preferring(['longer_answer', 'longer answer', 'cheap'], byLength),
      ] as const;
      const options: CompareOptions = { split: 'test', metrics: [{ metric: 'preference_accuracy' }] };
      return (await compareAnswers([...systems], pairs, options)).comparison.conclusion!;
    };
    const alike = await adviceFor(36, 36);
    expect(alike.advice).toMatch(
      /^The rows can be told apart by length alone: the longer answer is the better one in 90 % of 40 rows/,
    );
    expect(alike.use).toBeUndefined();
    expect((await adviceFor(20, 20)).advice).not.toContain('by length');
    expect(await adviceFor(40, 20)).toMatchObject({ outcome: 'better', use: 'tuned' });
    expect((await adviceFor(40, 20)).advice).toContain('prefers the better answer in 40 of 40 pairs');
  });

  test('names the cheap one that is ahead even where few rows cannot be sure, and how many would', async () => {
    const rows = frauds(4, 300);
    const tuned = scorer(rows, TUNED, (i) => (i < 3 ? 0.9 : 0.02));
    const trees = scorer(rows, TREES, (i) => (i < 4 ? 0.99 : 0.01));
    const { comparison } = await compareAnswers([tuned, trees], rows, OF_FRAUD);
    expect(comparison.conclusion!.outcome).toBe('unclear');
    expect(comparison.conclusion!.advice).toMatch(
      /^Use gradient-boosted trees: it finds 4 of 4 fraud rows with no false alarm, the tuned model 3 with no false alarm, and it costs next to nothing to run\. That is not certain yet\. More fraud rows would tell; there are 4\.$/,
    );
  });

  test('begins with the cheap system that was kept where it finds more than another', async () => {
    const rows = frauds(4, 300);
    const trees = scorer(rows, TREES, (i) => (i < 4 ? 0.99 : 0.01));
    const table = ['logistic_table', 'logistic regression on the columns', 'cheap'] as const;
    const regression = scorer(rows, table, (i) => (i < 1 ? 0.9 : i < 6 ? 0.3 : 0.01));
    expect((await compareAnswers([trees, regression], rows, OF_FRAUD)).comparison.conclusion).toEqual({
      outcome: 'unclear',
      advice:
        'Use gradient-boosted trees: it finds 4 of 4 fraud rows with no false alarm, logistic regression on the columns ' +
        '1 with no false alarm. That is not certain yet. More fraud rows would tell; there are 4.',
      use: 'trees',
    });
  });

  test('ranks no two cheap systems of which neither finds a row of the rare class', async () => {
    const rows = frauds(3, 150);
    const tfidf = ['logistic_regression', 'tf-idf', 'cheap'] as const;
    // Fraud rows rank 4th, 8th and 16th, or 4th, 5th and 12th; all probabilities are below one half.
    const trees = scorer(
      rows,
      TREES,
      (i) => [0.45, 0.35, 0.2, 0.6, 0.48, 0.48][i] ?? (i < 9 ? 0.4 : i < 16 ? 0.3 : 0.01),
    );
    const words = scorer(rows, tfidf, (i) => [0.45, 0.44, 0.3, 0.6, 0.6, 0.6][i] ?? (i < 12 ? 0.4 : 0.01));
    const { advice, use } = (await compareAnswers([trees, words], rows, OF_FRAUD)).comparison.conclusion!;
    expect(use).toBe('trees');
    expect(advice).toBe(
      'Keep gradient-boosted trees for now: neither it nor tf-idf finds any of the 3 fraud rows of the test, too few to ' +
        'tell the two apart. More fraud rows would tell; there are 3.',
    );
  });

  test('recommends no yardstick that cannot be kept, but the next one that can', async () => {
    const rows = frauds(100, 200);
    const answers = (wrong: number) => (i: number) => Number(i < 100 !== i >= 200 - wrong);
    const tuned = scorer(rows, TUNED, answers(80));
    const copy = scorer(rows, ['copy', 'copy', 'cheap'], answers(10));
    const alone = (await compareAnswers([tuned, copy], rows, BY_ACCURACY)).comparison.conclusion!;
    expect(alone.use).toBeUndefined();
    expect(alone.advice).toContain('Copy looks better than the tuned model: copy answers 190 of 200 rows right');
    const trees = scorer(rows, TREES, answers(20));
    const both = (await compareAnswers([tuned, copy, trees], rows, BY_ACCURACY)).comparison.conclusion!;
    expect(both.use).toBe('trees');
  });

  test('counts what is found of a rare class even where the counts do not agree with the metric', async () => {
    const rows = frauds(4, 150);
    const tuned = scorer(rows, TUNED, (i) => (i < 2 ? 0.9 : i < 20 ? 0.4 : 0.01));
    const trees = scorer(rows, TREES, (i) => (i < 3 ? 0.9 : i < 10 ? 0.7 : 0.01));
    for (const options of [OF_FRAUD, BY_ACCURACY]) {
      const { advice } = (await compareAnswers([tuned, trees], rows, options)).comparison.conclusion!;
      expect(advice).toMatch(/finds? \d of 4 (fraud|class 1) rows with/);
      expect(advice).not.toContain('rows right');
    }
  });

  test('says which of two looks better, not that the other is not shown to be', async () => {
    const rows = frauds(5, 10);
    const answers = (wrong: number) => (i: number) => Number(i < 5 !== i >= 10 - wrong);
    const tuned = scorer(rows, TUNED, answers(4));
    const base = scorer(rows, ['base', 'base', 'base'], answers(2));
    const { advice } = (await compareAnswers([tuned, base], rows, BY_ACCURACY)).comparison.conclusion!;
    expect(advice).toMatch(
      /^The base model looks better: the base model answers 8 of 10 rows right, the tuned model 6\./,
    );
  });

  test('names a model together with what stands in front of its questions', async () => {
    const rows = frauds(5, 10);
    const answers = (wrong: number) => (i: number) => Number(i < 5 !== i >= 10 - wrong);
    const both = scorer(rows, ['tuned_retrieved', 'tuned with retrieval', 'tuned'], answers(2));
    const { advice } = (await compareAnswers([scorer(rows, TUNED, answers(4)), both], rows, BY_ACCURACY)).comparison
      .conclusion!;
    expect(advice).toMatch(
      /^The tuned model with retrieval looks better: the tuned model with retrieval answers 8 of 10/,
    );
  });

  test('keeps a result that knows words beyond its rows where word counts do as well on them', async () => {
    const rows = frauds(500, 1000);
    const scored = [TUNED, ['logistic_regression', 'tf-idf', 'cheap'] as const].map((names) =>
      scorer(rows, names, (i) => (i < 500 ? 0.9 : 0.1)),
    );
    const adviceOf = async (knowsWords: boolean) => {
      const [tuned, words] = scored;
      return (await compareAnswers([{ ...tuned, knowsWords }, words], rows, BY_ACCURACY)).comparison.conclusion!;
    };
    expect(await adviceOf(true)).toMatchObject({
      outcome: 'not-better',
      use: 'logistic_regression',
      advice:
        'Level on these rows: both answer 1,000 of 1,000 rows right. Use tf-idf, which costs next to nothing to run, ' +
        'if people will write as in these rows; keep the tuned model if they will use words that no row has.',
    });
    expect((await adviceOf(false)).advice).toMatch(/^Use tf-idf: /);
  });

  test('claims no certainty from a handful of rows that are all right', async () => {
    const rows = frauds(4, 300);
    const trees = scorer(rows, TREES, (i) => (i < 4 ? 0.99 : 0.01));
    const twin = { ...trees, name: 'twin' };
    const { systems, differences } = (await compareAnswers([trees, twin], rows, OF_FRAUD)).comparison;
    expect(systems[0].values.average_precision).toMatchObject({ value: 1, high: 1 });
    expect(systems[0].values.average_precision.low).toBeLessThan(0.6);
    expect(differences[0].low).toBeLessThan(-0.4);
  });

  test('takes how sure two right answers are for no change of a row', async () => {
    const rows = frauds(4, 300);
    const [sure, less] = [0.99, 0.9].map((top, i) =>
      scorer(rows, i === 0 ? TREES : TUNED, (index) => (index < 4 ? top : 1 - top)),
    );
    const { flips } = (await compareAnswers([less, sure], rows, OF_FRAUD)).comparison;
    expect(flips).toEqual({ against: 'trees', worse: [], better: [] });
  });

  test('puts the cheap system first where the rows show no difference, with how many would', async () => {
    const rows = frauds(30, 60);
    const answers = (wrong: number) => (i: number) => Number(i < 30 !== i >= 60 - wrong);
    const tuned = scorer(rows, TUNED, answers(2));
    const trees = scorer(rows, TREES, answers(2));
    const { conclusion } = (await compareAnswers([tuned, trees], rows, BY_ACCURACY)).comparison;
    expect(conclusion).toMatchObject({ outcome: 'unclear', use: 'trees', rowsNeeded: 400 });
    expect(conclusion!.advice).toBe(
      'Use gradient-boosted trees for now: it costs next to nothing to run, and nothing shows that the tuned model is ' +
        'better (both answer 58 of 60 rows right). About 400 test rows would tell; there are 60.',
    );
  });

  test('names what a person can do where more rows like these would not tell', async () => {
    const tie = async (
      rows: readonly ClassificationExample[],
      right: (i: number) => boolean,
      options: CompareOptions,
    ) => {
      const scored = (names: typeof TUNED | typeof TREES) => scorer(rows, names, (i) => (right(i) ? 0.9 : 0.1));
      const answered = [scored(TUNED), scored(TREES)] as const;
      return (await compareAnswers(answered, rows, options)).comparison.conclusion!;
    };
    const easy = await tie(frauds(30, 60), (i) => i < 30, BY_ACCURACY);
    expect(easy.rowsNeeded).toBeUndefined();
    expect(easy.advice).toMatch(
      /Both are nearly perfect on these rows, so more like them would not tell: harder ones would\.$/,
    );
    const rare = await tie(frauds(4, 300), (i) => i < 4, OF_FRAUD);
    expect(rare.rowsNeeded).toBeUndefined();
    expect(rare.advice).toMatch(/More fraud rows would tell; there are 4\.$/);
  });

  test('is "not better" where a cheap system leaves next to nothing to win', async () => {
    const rows = frauds(150, 300);
    const truth = (i: number) => Number(i < 150);
    const { comparison } = await compareAnswers([scorer(rows, TUNED, truth), scorer(rows, TREES, truth)], rows, {
      ...BY_ACCURACY,
    });
    expect(comparison.conclusion).toMatchObject({ outcome: 'not-better', use: 'trees' });
    expect(comparison.conclusion!.advice).toBe(
      'Use gradient-boosted trees: it does the task as well (both answer 300 of 300 rows right), and it costs next to nothing to run.',
    );
  });

  test('is "better" only against all rivals, and calls a lead that is not shown probable at most', async () => {
    const rows = frauds(100, 200);
    const answers = (wrong: number) => (i: number) => Number(i < 100 !== i >= 200 - wrong);
    const tuned = scorer(rows, TUNED, answers(5));
    const clear = await compareAnswers([tuned, scorer(rows, TREES, answers(60))], rows, BY_ACCURACY);
    expect(clear.comparison.conclusion).toEqual({
      outcome: 'better',
      advice: 'Use the tuned model: it answers 195 of 200 rows right, gradient-boosted trees 140.',
      use: 'tuned',
    });
    const near = await compareAnswers([tuned, scorer(rows, TREES, answers(9))], rows, BY_ACCURACY);
    expect(near.comparison.conclusion).toMatchObject({ outcome: 'unclear' });
    expect(near.comparison.conclusion!.use).toBeUndefined();
  });

  test('counts no base that cannot do the task as a win', async () => {
    const rows = frauds(100, 200);
    const tuned = scorer(rows, TUNED, (i) => Number(i < 100 && i > 3));
    const majority = scorer(rows, ['majority', 'most frequent answer', 'cheap'], () => 0);
    const base = scorer(rows, ['base', 'base', 'base'], (i) => Number(i >= 100 && i % 2 === 0));
    const { comparison } = await compareAnswers([tuned, base, majority], rows, BY_ACCURACY);
    expect(comparison.rivals).toEqual(['majority']);
    expect(comparison.systems[1].unable).toBe('it has not learned the task: it does worse than most frequent answer');
    const cut = { ...majority, name: 'prompted', kind: 'prompted' as const };
    const predictions = cut.predictions.map((one) => ({ ...one, finish: 'length' as const }));
    const asked = await compareAnswers([tuned, { ...cut, predictions }], rows, BY_ACCURACY);
    expect(asked.comparison.rivals).toEqual([]);
    expect(asked.comparison.conclusion).toMatchObject({ outcome: 'unclear' });
    expect(asked.comparison.systems[1].unable).toContain('200 of 200 were cut');
  });

  test('says what wrong answers cost in the money of the recipe', async () => {
    const rows = frauds(4, 300);
    const tuned = scorer(rows, TUNED, (i) => Number(i < 3 || i > 290));
    const costs = { '1': { missed: 50, false_alarm: 2 } };
    const { systems } = (await compareAnswers([tuned], rows, { ...OF_FRAUD, costs })).comparison;
    expect(systems[0]).toMatchObject({ cost: 50 + 2 * 9, byClass: { '1': { found: 3, given: 12 } } });
    const trees = scorer(rows, TREES, (i) => Number(i < 4));
    const spoken = { ...OF_FRAUD, costs: { fraud: costs['1'] } };
    const both = (await compareAnswers([tuned, trees], rows, spoken)).comparison;
    expect(both.systems.map(({ cost }) => cost)).toEqual([68, 0]);
    expect(both.conclusion!.advice).toMatch(
      /^Use gradient-boosted trees: it costs 0 in wrong answers, the tuned model 68; gradient-boosted trees finds 4 of 4/,
    );
    expect(costsByLabel({ is_fraud: costs['1'] }, ['0', '1'], 'is_fraud')).toEqual(costs);
  });

  test('resamples rows of one text together', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => ({ ...row(i % 16, i % 2 === 0 ? '1' : '0'), id: `row-${i}` }));
    const tuned = scorer(rows, TUNED, (i) => Number(i % 2 === 0));
    const trees = scorer(rows, TREES, (i) => Number(i % 16 < 14 ? i % 2 === 0 : i % 2 === 1));
    const { comparison } = await compareAnswers([tuned, trees], rows, BY_ACCURACY);
    expect(comparison.groups).toBe(16);
    // The ten differing rows consist of two texts.
    expect(comparison.differences[0].p).toBeGreaterThan(0.4);
    expect(comparison.verdict).toBe('no-evidence');
  });
});

describe('the words of a conclusion', () => {
  test('name a class 1 by its column', () => {
    expect(classTitle('1', 'is_fraud')).toBe('fraud');
    expect(classTitle('true', 'meta.has_left')).toBe('left');
    expect(classTitle('0', 'churned')).toBe('not churned');
    expect(classTitle('1', 'label')).toBe('class 1');
    expect(classTitle('1')).toBe('class 1');
    expect(classTitle('billing', 'queue')).toBe('billing');
  });

  test('are explained where a comparison uses them', () => {
    const metric = { name: 'accuracy', title: 'accuracy', better: 'higher', reads: 'label' } as const;
    const terms = glossaryOf({ metrics: [metric], systems: [] }).map(({ term }) => term);
    expect(terms).toContain('accuracy');
    expect(terms).toContain('interval');
    expect(terms).not.toContain('chrF');
  });
});

test('the difference that a number of right-or-wrong rows can show', () => {
  expect(detectableShare(5)).toBe(1);
  expect(detectableShare(6)).toBeCloseTo(0.8 ** (1 / 6), 6);
  expect(detectableShare(100)).toBeCloseTo(0.0783, 2);
  expect(detectableShare(1000)).toBeLessThan(0.009);
});
