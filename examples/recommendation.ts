import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createNewModel, resolveRecipe, train } from '../src/app/index.ts';
import { AttuneError } from '../src/base/errors.ts';
import type { Comparison } from '../src/store/results.ts';
import { fetchBaskets } from './data/supermarket.ts';
import type { Example, Setting, Table } from './example.ts';
import { writeRows } from './rows.ts';

const METRICS = ['ndcg', 'recall_at_10', 'mrr', 'coverage', 'novelty', 'popularity_bias'] as const;

/** What else belongs in a basket, by SASRec with new weights, against what costs seconds. */
export const recommendation: Example = {
  title: 'What else belongs in a basket',
  async run(setting) {
    const baskets = (await fetchBaskets(setting)).slice(0, setting.quick ? 800 : undefined);
    const comparison = await study(baskets, setting);
    const about = [
      `Baskets of a supermarket (supermarket.arff in the Debian package weka, GPL-2): ${baskets.length} baskets of 216 departments and groups of goods. A basket has no order, so each was given one by chance; its last piece is to be found (test), the one before it chooses the step that is kept (validation), and SASRec learns all others from the pieces before them.`,
    ];
    return { about, tables: [tableOf(comparison)], verdict: [comparison.sentence] };
  },
};

async function study(baskets: readonly (readonly string[])[], { folder, quick, log }: Setting): Promise<Comparison> {
  const [data, model, output] = ['baskets.jsonl', 'baskets-new', 'baskets-sasrec'].map((name) =>
    join(folder, 'runs', name),
  );
  const rows = baskets.map((items) => ({ items }));
  writeRows(data, rows);
  await createNewModel('sasrec', { data, folder: model });
  const recipe = await resolveRecipe({
    model,
    data: { train: data },
    tuning: 'full',
    objective: 'next_item',
    training: { epochs: quick ? 8 : 30 },
    evaluation: { metrics: [...METRICS], max_rows: baskets.length },
    report_to: [],
    output_dir: output,
  });
  rmSync(output, { recursive: true, force: true });
  const { comparison } = await train(recipe);
  if (comparison === undefined) throw new AttuneError('E_NOTHING_TO_COMPARE', { what: 'The result was not compared' });
  log(comparison.sentence);
  return comparison;
}

function tableOf({ metrics, systems, rows }: Comparison): Table {
  const cells = systems.map(({ title, values }) => {
    const figures = metrics.map(({ name }) => {
      const { value, low, high } = values[name];
      return `${digits(value)} (${digits(low)} to ${digits(high)})`;
    });
    return [title, ...figures];
  });
  return {
    caption: `${rows} baskets, with 95 % intervals; base is SASRec before training`,
    head: ['system', ...metrics.map(({ title }) => title)],
    rows: cells,
  };
}

function digits(value: number | undefined): string {
  return value?.toFixed(3) ?? '—';
}
