/**
 * `node examples/recommendation.ts [--quick]`: what else belongs in a basket, by SASRec trained from nothing, against the
 * most popular goods, goods chosen together, and matrix factorisation, on one held-out good of each basket.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createNewModel, resolveRecipe, train } from '../src/app/index.ts';
import { attuneCache } from '../src/base/home.ts';
import { formatDuration } from '../src/base/format.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { fetchBaskets } from './data/supermarket.ts';

const METRICS = ['ndcg', 'recall_at_10', 'mrr', 'coverage', 'novelty', 'popularity_bias'] as const;

const quick = process.argv.includes('--quick');
const folder = join(attuneCache(), 'examples', 'recommendation');
const data = join(folder, 'baskets.jsonl');
const started = performance.now();

mkdirSync(folder, { recursive: true });
const baskets = (await fetchBaskets(folder)).slice(0, quick ? 800 : undefined);
writeFileAtomic(data, baskets.map((items) => `${JSON.stringify({ items })}\n`).join(''));
const model = join(folder, 'new');
await createNewModel('sasrec', { data, folder: model, width: 64 });
const recipe = await resolveRecipe({
  model,
  data: { train: data },
  tuning: 'full',
  objective: 'next_item',
  training: { epochs: quick ? 8 : 30 },
  evaluation: { metrics: [...METRICS], max_rows: baskets.length },
  report_to: [],
  output_dir: join(folder, `run-${Date.now()}`),
});
const { comparison } = await train(recipe, { onEvent: (event) => show(event as { type: string; message?: string }) });
if (comparison === undefined) throw new Error('the result was not compared');

console.log(`\n${baskets.length} baskets; of each the last good, in an order by chance, is to be found`);
console.log(`| system | ${comparison.metrics.map(({ title }) => title).join(' | ')} |`);
console.log(`|---|${'---|'.repeat(comparison.metrics.length)}`);
for (const { title, values } of comparison.systems) {
  const cells = comparison.metrics.map(({ name }) => {
    const { value, low, high } = values[name];
    return `${digits(value)} (${digits(low ?? value)} to ${digits(high ?? value)})`;
  });
  console.log(`| ${title} | ${cells.join(' | ')} |`);
}
console.log(`\n${comparison.sentence} (${formatDuration((performance.now() - started) / 1000)})`);

function digits(value: number): string {
  return value.toFixed(3);
}

function show({ type, message }: { type: string; message?: string }): void {
  if (type === 'warning-raised' || type === 'phase-started') console.error(`  ${message ?? ''}`);
}
