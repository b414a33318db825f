/** Evaluation of models and baselines, and statistics for comparisons of your own. Run in an empty folder. */
import assert from 'node:assert/strict';
import * as attune from '../../src/app/index.ts';
import {
  advise,
  compare,
  data,
  defineMetric,
  holm,
  minimalDetectableDifference,
  minimalDetectableRateDifference,
  pairedDifference,
  resolveRecipe,
} from '../../src/app/index.ts';
import { writeFileSync } from 'node:fs';

const kinds = ['delivery', 'billing', 'returns'];
const rows = Array.from({ length: 60 }, (_, i) => ({
  prompt: `${kinds[i % 3]} question ${i}`,
  completion: kinds[i % 3],
}));

// Before you spend money: results that need no model.
const recipe = await resolveRecipe({ model: 'attune-base', data: { train: rows, test: 0.3 } });
const { recommendation } = await advise(recipe);
console.log(recommendation.advice);

// One system, and several on the same rows.
const fresh = [{ prompt: 'delivery question 99', completion: 'delivery' }];
const { metrics } = await attune.eval('nearest', { data: fresh, trainData: rows });
console.log(metrics);
const { comparison } = await compare(['nearest', 'tfidf'], { data: fresh, trainData: rows });
assert.equal(comparison.systems.length, 2);

// Whether answers change with the person whom a row mentions.
writeFileSync(
  'people.jsonl',
  rows
    .map(({ completion }) => JSON.stringify({ prompt: `Mary Smith asks about ${completion}`, completion }))
    .join('\n'),
);
await data.counterfactuals('people.jsonl', { output: 'pairs.jsonl' });
const { systems } = await attune.eval('nearest', { counterfactuals: 'pairs.jsonl', trainData: rows });
assert.equal(systems.length, 1);

// A custom metric, for `evaluation.metrics: [./metrics.ts#politeness]`.
export const politeness = defineMetric({
  name: 'politeness',
  better: 'higher',
  score: ({ predicted }) => /please|thank/i.test(predicted),
});

// Statistics: whether a difference is significant, and the smallest one that could have been detected.
const difference = pairedDifference([1, 1, 0, 1, 1, 1], [0, 1, 0, 0, 1, 0]);
console.log(difference);
assert.deepEqual(holm([0.01, 0.04]), [0.02, 0.04]);
assert.ok(minimalDetectableDifference({ sdOfDifferences: 0.5, n: 400 }) > 0);
assert.ok(minimalDetectableRateDifference({ discordant: 0.2, n: 400 }) > 0);
