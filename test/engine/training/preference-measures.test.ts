// Evaluation on pairs uses the preference that the run was trained with: both agree on the same rows.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PreferenceExample } from '../../../src/data/example.ts';
import { preferenceAgainstReference, preferencePerToken } from '../../../src/scoring/metrics/preference-accuracy.ts';
import type { PredictOptions } from '../../../src/scoring/predictor.ts';
import { modelFolder } from '../../../src/answering/model/base-model.ts';
import { openModel, type OpenedModel } from '../../../src/answering/model/open-model.ts';
import type { ResultNotesFile } from '../../../src/answering/model/result-notes.ts';
import { preferenceOf } from '../../../src/jobs/train/build-trainer.ts';
import { pairJudging } from '../../../src/answering/model/pair-judging.ts';
import { answerWithPreferences } from '../../../src/answering/tasks/answers/preferences.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
const examples = Array.from({ length: 12 }, (_, i): PreferenceExample => ({
  kind: 'preference',
  id: `${i}`.padStart(16, '0'),
  source: { file: 'pairs.jsonl', line: i + 1 },
  prompt: `What is item ${i}?`,
  // Preferred answers are longer, as in many real files.
  chosen: ` It is ${words[i % 7]} and ${words[(i + 2) % 7]}, and it is ${words[(i + 3) % 7]} as well.`,
  rejected: ` ${words[(i + 1) % 7]}.`,
}));

let opened: OpenedModel;
let tuning: Tuning;

beforeAll(async () => {
  opened = await openModel('attune-base', { precision: 'f32' });
  tuning = await (await tunings.load('lora')).create(opened.model, { r: 2 }, { seed: 1 });
  noGrad(() =>
    scope(() => {
      for (const { name, parameter } of tuning.trainables)
        parameter.assign(keyedNormal(parameter.shape, { seed: 2, path: name }, 0.05));
    }),
  );
});

afterAll(() => {
  tuning.dispose();
  opened.model.dispose();
});

async function trained(name: 'dpo' | 'orpo') {
  const { model, tokenizer } = opened;
  const objective = await (
    await objectives.load(name)
  ).create({ beta: 0.1 }, { tokenizer, now: new Date(0), causal: true });
  const { rows } = await objective.prepare(examples);
  const reference = <T>(body: (other: typeof model) => T) => tuning.disabled(() => noGrad(() => body(model)));
  const parts = { model, objective, reference };
  return (await evaluateRows(parts, rows as PreparedRow[], { microBatchTokens: 2048 })).metrics;
}

async function judged(objective: object, options: PredictOptions & { isBase?: boolean } = {}) {
  const recipe = { objective, storage: { name: 'dense' } } as unknown as Recipe;
  const notes = { recipe, base_folder: modelFolder('attune-base'), preference: await preferenceOf(recipe) };
  const asked = examples.map((example) => ({ example }));
  const model = { ...opened, tuning, notes: notes as unknown as ResultNotesFile };
  const answering = { ...model, pairs: pairJudging(model) };
  return answerWithPreferences(answering, asked as Parameters<typeof answerWithPreferences>[1], options);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it('judges a dpo run by its implicit reward, as training does, and the base by none', async () => {
  const metrics = await trained('dpo');
  const predictions = await judged({ name: 'dpo', beta: 0.1 });
  const metric = preferenceAgainstReference.create();
  for (const [i, prediction] of predictions.entries()) metric.add(prediction, examples[i]);
  expect(0.1 * mean(predictions.map(({ margins }) => margins!.reference!))).toBeCloseTo(metrics['rewards/margins'], 5);
  expect(metric.result().value).toBeCloseTo(metrics['rewards/accuracies'], 9);
  // The likelihood of whole answers prefers short ones, whatever was learnt.
  expect(predictions.every(({ margin }) => margin! < 0)).toBe(true);
  expect(metric.result().value).toBeGreaterThan(0);
  const base = await tuning.disabled(() => judged({ name: 'dpo' }, { isBase: true }));
  expect(base.every(({ margins }) => margins!.reference === 0)).toBe(true);
});

it('judges an orpo run by the likelihood of a token, as training does', async () => {
  const metrics = await trained('orpo');
  const predictions = await judged({ name: 'orpo' });
  const metric = preferencePerToken.create();
  for (const [i, prediction] of predictions.entries()) metric.add(prediction, examples[i]);
  expect(0.1 * mean(predictions.map(({ margins }) => margins!.per_token))).toBeCloseTo(metrics['rewards/margins'], 5);
  expect(metric.result().value).toBeCloseTo(metrics['rewards/accuracies'], 9);
});
