import { AttuneError } from '../../../base/errors.ts';
import { loadData, refuseContaminated, type DataSource, type Example } from '../../../data/index.ts';
import { sampledRows } from '../../../eval/compare/sampled-rows.ts';
import type { Recipe } from '../../../train/recipe.ts';
import { loadRunData } from '../load-run-data.ts';
import { loadFormatters } from '../row-formatters.ts';
import type { ScoringContext } from '../scoring.ts';
import type { ComparedRows } from './comparing.ts';

/** Which rows are compared, and which ones systems may be fitted on. Plain data. */
export interface RowsWanted {
  /** Rows of their own; those of a split of the first run unless given. */
  data?: DataSource;
  split: 'validation' | 'test';
  /** Rows to fit on; the first run's training rows unless given. */
  train?: DataSource;
  /** Of the runs among the systems: none of their training rows may be compared on. */
  recipes: readonly Recipe[];
  allowOverlap: boolean;
  /** A sample is taken of more. */
  maxRows: number;
  seed: number;
}

/** @throws AttuneError E_SPLIT_OVERLAP, E_NO_ROWS, E_ROWS_WANTED and what reading raises */
export async function readRows(wanted: RowsWanted, context: ScoringContext): Promise<ComparedRows> {
  const { data, split, train, recipes, maxRows, seed } = wanted;
  context.emit({ type: 'phase-started', phase: 'data', message: 'reading the rows' });
  const loaded = [];
  for (const recipe of recipes) loaded.push((await loadRunData(recipe, context)).splits);
  const own = loaded.at(0);
  const all = data === undefined ? own?.[split] : await readFile(data, context);
  if (all === undefined) throw noSource();
  if (all.length === 0) throw noRows(split);
  const test = sampledRows(all, maxRows, seed);
  const fitted = train === undefined ? (own?.train ?? []) : await readFile(train, context);
  // The first run's own splits are apart already.
  const trained = [
    ...loaded.slice(data === undefined ? 1 : 0).map((splits) => splits.train),
    ...(train === undefined ? [] : [fitted]),
  ];
  if (!wanted.allowOverlap)
    for (const rows of trained) await refuseContaminated(rows, test, { signal: context.signal });
  const validation = split === 'validation' && data === undefined ? [] : (own?.validation ?? []);
  const typical = fitted.length > 0 ? fitted : all;
  return {
    train: fitted,
    validation,
    test,
    typical,
    split: data === undefined ? split : data.path,
    available: all.length,
  };
}

async function readFile(source: DataSource, { signal }: ScoringContext): Promise<readonly Example[]> {
  const formatters = await loadFormatters([source.format]);
  return (await loadData({ train: [source], formatters, seed: 0, signal })).splits.train;
}

function noSource(): AttuneError {
  return new AttuneError('E_ROWS_WANTED', {
    what: 'There are no rows to compare on',
    got: 'no run among the systems, whose held-out rows could be taken',
    fix: 'name a file: --data rows.jsonl',
  });
}

function noRows(split: string): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: `The run keeps no rows for ${split}`,
    fix: `name a file (--data rows.jsonl), or set data.${split} in the recipe before training`,
  });
}
