import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import { loadData, refuseContaminated, type DataSource, type Example, type KnownShapes } from '../../data/index.ts';
import { sampledRows } from '../../evaluation/compare/sampled-rows.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { loadRunData } from '../rows/load-run-data.ts';
import { loadFormatters } from '../rows/row-formatters.ts';
import type { ScoringContext } from '../evaluate/scoring.ts';
import type { ComparedRows } from './comparing.ts';
import { meaningOf } from './label-meaning.ts';

/** Selects the rows to compare, and those that systems may be fitted on. Plain data. */
export interface RowsWanted {
  /** Source of the rows; by default a split of the first run. */
  data?: DataSource;
  split: 'validation' | 'test';
  /** Rows to fit on; by default the first run's training rows. */
  train?: DataSource;
  /** Recipes of the runs among the systems: their training rows are excluded from comparison. */
  recipes: readonly Recipe[];
  /** Expected format of files of rows. */
  known?: KnownShapes;
  allowOverlap: boolean;
  /** Whether a single bad row rejects a file given for the comparison; true by default. */
  strict?: boolean;
  /** Maximum number of rows; a larger set is sampled. */
  maxRows: number;
  seed: number;
}

/** @throws AttuneError E_SPLIT_OVERLAP, E_NO_ROWS, E_ROWS_WANTED and errors of reading */
export async function readRows(wanted: RowsWanted, context: ScoringContext): Promise<ComparedRows> {
  const { data, split, recipes, maxRows, seed } = wanted;
  context.emit({ type: 'phase-started', phase: 'data', message: 'reading the rows' });
  const loaded = await readRuns(recipes, context);
  const own = loaded.at(0);
  const all = data === undefined ? own?.[split] : await readFile(data, wanted, context);
  if (all === undefined) throw noSource();
  if (all.length === 0) throw noRows(split);
  const test = sampledRows(all, maxRows, seed);
  const isOwn = data === undefined;
  const fitted = await fittedRows({ ...wanted, test, loaded, isOwn }, context);
  const validation = split === 'validation' && isOwn ? [] : (own?.validation ?? []);
  const typical = fitted.length > 0 ? fitted : all;
  const meaning = recipes.length === 0 ? undefined : meaningOf(recipes[0]);
  return { train: fitted, validation, test, typical, split: isOwn ? split : data.path, available: all.length, meaning };
}

/** Rows that systems may be fitted on, once the rows to answer have been read. @throws as `readRows` */
export async function readFitted(
  wanted: Pick<RowsWanted, 'train' | 'recipes' | 'known' | 'allowOverlap'> & { test: readonly Example[] },
  context: ScoringContext,
): Promise<Pick<ComparedRows, 'train' | 'validation' | 'typical'>> {
  const loaded = await readRuns(wanted.recipes, context);
  const train = await fittedRows({ ...wanted, loaded, isOwn: false }, context);
  return { train, validation: loaded.at(0)?.validation ?? [], typical: train.length > 0 ? train : wanted.test };
}

type RunRows = Awaited<ReturnType<typeof loadRunData>>['splits'];

async function readRuns(recipes: readonly Recipe[], context: ScoringContext): Promise<RunRows[]> {
  const loaded = [];
  for (const recipe of recipes) loaded.push((await loadRunData(recipe, context)).splits);
  return loaded;
}

interface Fitting extends Pick<RowsWanted, 'train' | 'known' | 'allowOverlap' | 'strict'> {
  test: readonly Example[];
  /** Rows of the runs, in order. */
  loaded: readonly RunRows[];
  /** Whether the rows to answer are from the first run's own splits, which are disjoint already. */
  isOwn: boolean;
}

async function fittedRows(
  { train, test, loaded, isOwn, known, allowOverlap, strict }: Fitting,
  context: ScoringContext,
): Promise<readonly Example[]> {
  const fitted = train === undefined ? (loaded.at(0)?.train ?? []) : await readFile(train, { known, strict }, context);
  const trained = [
    ...loaded.slice(isOwn ? 1 : 0).map((splits) => splits.train),
    ...(train === undefined ? [] : [fitted]),
  ];
  if (!allowOverlap) for (const rows of trained) await refuseContaminated(rows, test, { signal: context.signal });
  return fitted;
}

async function readFile(
  source: DataSource,
  { known, strict }: Pick<RowsWanted, 'known' | 'strict'>,
  { emit, signal }: ScoringContext,
): Promise<readonly Example[]> {
  const formatters = await loadFormatters([source.format]);
  const { splits, report } = await loadData({ train: [source], known, formatters, seed: 0, strict, signal });
  const leftOut = report.files.reduce((sum, file) => sum + (file.leftOut?.rows ?? 0), 0);
  if (leftOut > 0) {
    const [first] = report.files.flatMap((file) => file.leftOut?.first ?? []);
    const message = `${plural(leftOut, 'bad rows')} left out of ${source.path}: line ${first.line}: ${first.reason}`;
    emit({ type: 'warning-raised', code: 'W_ROWS_LEFT_OUT', message });
  }
  return splits.train;
}

function noSource(): AttuneError {
  return new AttuneError('E_ROWS_WANTED', {
    what: 'There are no rows to compare on',
    got: 'none of the systems is a run with held-out rows',
    fix: 'name a file: --data rows.jsonl',
  });
}

function noRows(split: string): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: `The run has no rows for ${split}`,
    fix: `name a file (--data rows.jsonl), or set data.${split} in the recipe before training`,
  });
}
