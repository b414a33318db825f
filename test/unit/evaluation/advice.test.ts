import { describe, expect, test } from 'vitest';
import { advisedRecipe } from '../../../src/app/advise/advised-recipe.ts';
import { growingParts } from '../../../src/app/advise/sizes.ts';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import type { CompletionExample } from '../../../src/data/example.ts';
import { learningCurve } from '../../../src/evaluation/advice/learning-curve.ts';
import { fitPowerLaw, foretell } from '../../../src/evaluation/advice/power-law.ts';
import { recommend } from '../../../src/evaluation/advice/advised-system.ts';
import type { ComparedSystem, Comparison, Difference, Verdict } from '../../../src/store/results.ts';

const sizes = [100, 200, 400, 800];

describe('a power law', () => {
  test('is found again in points that lie on it', () => {
    const points = sizes.map((rows) => ({ rows, error: 3 * rows ** -0.4, deviation: 0.01 }));
    const { scale, exponent } = fitPowerLaw(points);
    expect([scale, exponent]).toEqual([expect.closeTo(3, 10), expect.closeTo(0.4, 12)]);
    const { forecasts } = foretell(points, [1600]);
    expect(forecasts[0].error).toBeCloseTo(3 * 1600 ** -0.4, 12);
    expect(forecasts[0].low).toBeLessThan(forecasts[0].error);
    expect(forecasts[0].high).toBeGreaterThan(forecasts[0].error);
  });

  test('holds the truth in nine of ten intervals or more when points are measured with noise', () => {
    let held = 0;
    for (let seed = 0; seed < 40; seed++) {
      const points = sizes.map((rows, i) => {
        const error = 2 * rows ** -0.3;
        // A fixed pattern of errors of about one standard error, different for each seed.
        const noise = Math.sin(12.9898 * (seed * 4 + i + 1)) * Math.SQRT2;
        return { rows, error: error + noise * 0.02, deviation: 0.02 };
      });
      const [{ low, high }] = foretell(points, [1600], { seed, draws: 400 }).forecasts;
      if (low <= 2 * 1600 ** -0.3 && high >= 2 * 1600 ** -0.3) held++;
    }
    expect(held).toBeGreaterThanOrEqual(36);
  });

  test('does not rise, whatever the points do', () => {
    const { exponent } = fitPowerLaw(sizes.map((rows) => ({ rows, error: rows / 1000, deviation: 0.01 })));
    expect(exponent).toBe(0);
  });
});

describe('a learning curve', () => {
  const accuracy = { name: 'accuracy', title: 'accuracy', better: 'higher', best: 1, reads: 'label' } as const;
  const measured = (values: readonly number[]) =>
    values.map((value, i) => ({ rows: sizes[i], value: { value, low: value - 0.02, high: value + 0.02 } }));
  const options = { confidence: 0.95, seed: 0 };

  test('foretells twice and four times the rows in the metric itself, never past perfect', () => {
    const { forecast, exponent } = learningCurve('tuned', measured([0.6, 0.7, 0.78, 0.84]), accuracy, options);
    expect(forecast.map(({ rows }) => rows)).toEqual([1600, 3200]);
    expect(forecast[0].value).toBeGreaterThan(0.85);
    expect(forecast[1].value).toBeGreaterThan(forecast[0].value);
    expect(forecast[1].high).toBeLessThan(1);
    expect(forecast[0].low).toBeLessThan(forecast[0].value);
    expect(exponent!.low).toBeGreaterThan(0);
  });

  test('of what is counted down falls towards 0', () => {
    const bits = { ...accuracy, name: 'bits_per_byte', better: 'lower', best: undefined } as const;
    const { forecast } = learningCurve('tuned', measured([2, 1.6, 1.3, 1.1]), bits, options);
    expect(forecast[0].value).toBeLessThan(1.1);
    expect(forecast[0].low).toBeGreaterThan(0);
  });

  test('that is level, perfect, or has but one point promises nothing', () => {
    expect(learningCurve('tuned', measured([0.7, 0.7, 0.7, 0.7]), accuracy, options).exponent!.low).toBe(0);
    expect(learningCurve('tuned', measured([0.7, 0.9, 1, 1]), accuracy, options).forecast).toEqual([]);
    expect(learningCurve('tuned', measured([0.7]), accuracy, options).forecast).toEqual([]);
    const without = sizes.map((rows, i) => ({ rows, value: { value: 0.6 + i / 10 } }));
    expect(learningCurve('tuned', without, accuracy, options).forecast).toEqual([]);
  });

  test('grows in parts that hold the smaller ones', () => {
    const rows = Array.from({ length: 100 }, (_, i): CompletionExample => {
      return { kind: 'completion', id: `${i}`, source: { file: 'f', line: i }, prompt: '', completion: '' };
    });
    const parts = growingParts(rows, 1);
    expect(parts.map(({ length }) => length)).toEqual([13, 25, 50, 100]);
    for (let i = 1; i < parts.length; i++) expect(parts[i].slice(0, parts[i - 1].length)).toEqual(parts[i - 1]);
    expect(growingParts(rows.slice(0, 40), 1).map(({ length }) => length)).toEqual([10, 20, 40]);
  });
});

describe('a recommendation', () => {
  const system = (name: string, kind: ComparedSystem['kind'], value: number): ComparedSystem => {
    return { name, title: name.toUpperCase(), kind, values: { accuracy: { value } } };
  };
  const difference = (against: string, estimate: number, verdict: Verdict): Difference => {
    const figures = { estimate, low: estimate - 0.05, high: estimate + 0.05, minimalDetectable: 0.07 };
    return { metric: 'accuracy', against, ...figures, p: 0, pAdjusted: 0, test: 'mcnemar', verdict };
  };
  const comparison = (systems: readonly ComparedSystem[], differences: readonly Difference[]): Comparison => ({
    version: 2,
    split: 'test',
    rows: 200,
    confidence: 0.95,
    seed: 0,
    metric: 'accuracy',
    metrics: [{ name: 'accuracy', title: 'accuracy', better: 'higher', best: 1, reads: 'label' }],
    subject: systems[0].name,
    systems,
    rivals: differences.map(({ against }) => against),
    differences,
    verdict: 'better',
    sentence: '',
    flips: { against: '', worse: [], better: [] },
    skipped: [],
  });
  const curve = { system: 'tuned', points: [], forecast: [] };
  const tuned = system('tuned', 'tuned', 0.9);
  const prompted = system('prompted', 'prompted', 0.8);
  const cheap = system('nearest', 'cheap', 0.7);
  const choose = (asked: Verdict, ofCheap: Verdict) =>
    recommend(
      comparison([tuned, prompted, cheap], [difference('prompted', 0.1, asked), difference('nearest', 0.2, ofCheap)]),
      curve,
    );

  test.each<[string, Verdict, Verdict, string]>([
    ['to fine-tune where that is better than all else', 'better', 'better', 'fine-tuning'],
    ['to prompt where that is better than tuning', 'worse', 'better', 'prompting'],
    ['to test on more rows where these do not decide', 'no-evidence', 'better', 'unclear'],
    ['to take the cheap system where tuning is not shown to be better', 'better', 'no-evidence', 'cheap'],
  ])('is %s', (_, asked, ofCheap, choice) => {
    const { reasons, ...recommendation } = choose(asked, ofCheap);
    expect(recommendation.choice).toBe(choice);
    expect(reasons.join(' ')).toContain('Against PROMPTED (accuracy 0.8)');
    expect(reasons.at(-1)).toMatch(
      /^With 200 test rows, differences of about 0\.07 or more in accuracy can be detected/,
    );
  });

  test('is to prompt where that is shown to be better, and a cheap system only as good as tuning', () => {
    const differences = [difference('prompted', -0.2, 'worse'), difference('nearest', 0.01, 'no-evidence')];
    expect(recommend(comparison([tuned, prompted, cheap], differences), curve).choice).toBe('prompting');
    const nearBoth = [difference('prompted', -0.1, 'worse'), difference('nearest', -0.2, 'worse')];
    expect(recommend(comparison([tuned, prompted, cheap], nearBoth), curve).choice).toBe('cheap');
  });

  test('is not to fine-tune while one way of asking may be as good, though another is nearer', () => {
    const base = system('base', 'base', 0.8);
    const differences = [difference('base', 0.1, 'better'), difference('prompted', 0.12, 'no-evidence')];
    expect(recommend(comparison([tuned, base, prompted], differences), curve).choice).toBe('unclear');
  });

  test('promises nothing where nothing was compared', () => {
    expect(recommend(comparison([tuned], []), curve).choice).toBe('unclear');
  });

  test('without a model is to measure one, unless a cheap system is near perfect', () => {
    const other = difference('majority', 0.2, 'better');
    const told = recommend(
      comparison([cheap, system('majority', 'cheap', 0.5)], [other]),
      curve,
      'model-embeddings-en',
    );
    expect(told.choice).toBe('measure');
    expect(told.advice).toContain('for example --model model-embeddings-en');
    const perfect = system('nearest', 'cheap', 0.99);
    expect(recommend(comparison([perfect, system('majority', 'cheap', 0.5)], [other]), curve).choice).toBe('cheap');
  });

  test('sees no sign of labels where a constant is not beaten, and says nothing of labels where answers are written', () => {
    const told = comparison([system('majority', 'cheap', 0.5), cheap], [difference('nearest', 0, 'no-evidence')]);
    const classes = ['a', 'b'].map((label) => ({ label, train: 50, test: 20, given: 20 }));
    expect(recommend({ ...told, classes }, curve).advice).toMatch(/^No sign that the texts predict the labels/);
    expect(recommend(told, curve).choice).toBe('measure');
  });

  test('keeps the cheap system that the recipe names, and recommends none that cannot be kept', () => {
    const other = difference('majority', 0.2, 'better');
    const told = comparison([cheap, system('majority', 'cheap', 0.5)], [other]);
    expect(recommend(told, curve, 'nearest')).toMatchObject({ choice: 'cheap', keep: 'nearest' });
    expect(recommend(told, curve, 'nearest').advice).toContain('Keep NEAREST, which the recipe names');
    expect(recommend(told, curve, 'trees').advice).toContain('Use NEAREST instead of trees');
    const copied = comparison([system('copy', 'cheap', 0.99), system('majority', 'cheap', 0.5)], [other]);
    expect(recommend(copied, curve).choice).toBe('unclear');
    const near = comparison([tuned, system('copy', 'cheap', 0.9)], [difference('copy', 0, 'no-evidence')]);
    expect(recommend(near, curve).keep).toBeUndefined();
  });

  test('promises something of more rows only where the curve falls for sure', () => {
    const points = [{ rows: 100, value: 0.9 }];
    const forecast = [{ rows: 200, value: 0.93, low: 0.91, high: 0.95 }];
    const reasonsOf = (low: number) =>
      recommend(comparison([tuned, prompted], [difference('prompted', 0.1, 'better')]), {
        system: 'tuned',
        points,
        forecast,
        exponent: { value: 0.3, low, high: 0.5 },
      }).reasons.join(' ');
    expect(reasonsOf(0.1)).toContain('With twice the rows (200) tuned should reach accuracy 0.93 (0.91 to 0.95)');
    expect(reasonsOf(0)).toContain('It is unclear whether more rows would help');
  });
});

describe('the recipe by which a model is measured', () => {
  const rows = (kind: string) =>
    [{ kind, id: '0', source: { file: 'rows', line: 1 } }] as unknown as CompletionExample[];
  const recipeOf = (flags = {}) =>
    resolveRecipe({ model: 'fixtures/models/bert_mlm', data: { train: 'rows.jsonl' } }, { flags });

  test.each([
    ['classification', 'classification'],
    ['multilabel', 'multilabel'],
    ['regression', 'regression'],
    ['tagged', 'token_classification'],
    ['question', 'question_answering'],
    ['pair', 'contrastive'],
    ['items', 'next_item'],
    ['text', 'masked_lm'],
    ['chat', 'sft'],
  ])('of %s rows optimises what is usual: %s', async (kind, objective) => {
    const recipe = await advisedRecipe(await recipeOf({ epochs: '1' }), rows(kind));
    expect([recipe.objective.name, recipe.training.epochs]).toEqual([objective, 1]);
  });

  test('keeps an objective that was chosen', async () => {
    const chosen = await recipeOf({ objective: 'pretrain' });
    expect(await advisedRecipe(chosen, rows('text'))).toBe(chosen);
  });
});
