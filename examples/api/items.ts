/** Recommendation models, and models from elsewhere. Run in an empty folder. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { models, recommend, resolveRecipe, train, type AttuneError } from '../../src/app/index.ts';

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const item = (i: number): string => `thing ${i % 8}`;
const baskets = Array.from({ length: 40 }, (_, i) => ({ user: `u${i}`, items: [item(i), item(i + 1), item(i + 2)] }));
const things = Array.from({ length: 8 }, (_, i) => ({ item: item(i), tags: [i % 2 === 0 ? 'even' : 'odd'] }));
writeFileSync('baskets.jsonl', lines(baskets));
writeFileSync('things.jsonl', lines(things));
writeFileSync('new-things.jsonl', lines([{ item: 'thing 8', tags: ['even'] }]));

// A new model for the items of the data, and its training.
const made = await models.create('two_tower', {
  data: 'baskets.jsonl',
  items: 'things.jsonl',
  output: 'shop',
  width: 8,
});
console.log(made.items);
const recipe = await resolveRecipe({
  model: 'shop',
  data: { train: baskets },
  objective: 'item_retrieval',
  tuning: 'full',
  training: { max_steps: 2 },
  evaluation: { baselines: 'none' },
  output_dir: 'runs/shop',
});
const { result } = await train(recipe);

// Recommendations for a user, a rebuilt index, and items that nobody has chosen yet.
const { answers } = await recommend(result!, { input: [{ user: 'u1', items: ['thing 1'] }], count: 3 });
assert.equal(answers?.[0].items.length, 3);
await models.index(result!);
await models.addItems(result!, { items: 'new-things.jsonl', output: 'larger' });

// Models from the Hub and from npm. Nothing is downloaded offline.
process.env.HF_HUB_OFFLINE = '1';
await models.pull('owner/name').catch((error: AttuneError) => {
  assert.match(error.code, /^E_HUB/);
});
await models.import('no-such-model').catch((error: AttuneError) => assert.equal(error.code, 'E_UNKNOWN_PACKAGE'));
