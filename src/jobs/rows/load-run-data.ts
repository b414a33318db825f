import type { DataPrepared, EventSink } from '../../base/events.ts';
import {
  loadData,
  reportLengths,
  type DataReport,
  type DataSource,
  type Example,
  type LoadedData,
} from '../../data/index.ts';
import { fewTestRowsAdvice } from '../../evaluation/compare/few-test-rows.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { CutRow, SplitName } from '../../data/index.ts';
import { plural } from '../../base/format.ts';
import { loadFormatters, reportReading } from './row-formatters.ts';

/** Loads and splits a recipe's data, with progress. */
export async function loadRunData(
  recipe: Recipe,
  context: { emit: EventSink; signal: AbortSignal },
): Promise<LoadedData> {
  const { data, training, retention } = recipe;
  const spec = (sources: Recipe['data']['train']) =>
    sources.map(({ path, weight, format, columns, media_dir }) => ({
      path,
      weight: weight ?? undefined,
      format: format ?? undefined,
      columns: columns ?? undefined,
      mediaFolder: media_dir,
    }));
  const share = (value: Recipe['data']['validation']) => (typeof value === 'number' ? value : spec(value));
  const sets = [data.train, data.validation, data.test].filter((set) => typeof set !== 'number');
  const formats = [data.format, retention.replay?.format ?? null, ...sets.flat().map(({ format }) => format)];
  const loaded = await loadData({
    train: [...spec(data.train), ...replayed(retention.replay)],
    validation: share(data.validation),
    test: share(data.test),
    groupBy: data.group_by ?? undefined,
    splitByTime: data.split_by_time ?? undefined,
    format: data.format ?? undefined,
    columns: data.columns ?? undefined,
    formatters: await loadFormatters(formats, recipe.references),
    seed: training.seed,
    allowOverlap: data.allow_overlap,
    strict: data.strict,
    onProgress: ({ activity, rows: done, total }) => {
      const unit = activity === 'read' ? 'rows read' : 'rows compared';
      context.emit({ type: 'work-advanced', phase: 'data', done, total, unit });
    },
    signal: context.signal,
  });
  reportReading(loaded.report, context.emit);
  reportShort(loaded.report.lastItems, context.emit);
  reportBorders(loaded.report.byTime, context.emit);
  return loaded;
}

/** Rows for replay, mixed into the run's own training rows. */
function replayed(replay: Recipe['retention']['replay']): DataSource[] {
  return replay === null ? [] : [{ path: replay.path, share: replay.share, format: replay.format ?? undefined }];
}

/** Reports rows left out by a split by time (F6). */
function reportBorders(byTime: DataReport['byTime'], emit: EventSink): void {
  if (byTime === undefined || byTime.leftOut === 0) return;
  emit({
    type: 'warning-raised',
    code: 'W_ROWS_LEFT_OUT',
    message:
      `${plural(byTime.leftOut, 'rows')} left out by the split by ${byTime.column}: rows of the same group, or nearly ` +
      'the same, are on the other side of a border',
  });
}

/** Reports users without held-out items (F6). */
function reportShort(lastItems: DataReport['lastItems'], emit: EventSink): void {
  if (lastItems === undefined || lastItems.short === 0) return;
  const { short, users, needed } = lastItems;
  emit({
    type: 'warning-raised',
    code: 'W_SHORT_HISTORIES',
    message:
      `${short} of ${users} rows have fewer than ${plural(needed, 'items')}: they are used for training, ` +
      'and none of their items is held out',
  });
}

export interface SplitRows {
  train: PreparedRow[];
  validation: PreparedRow[];
  test: readonly Example[];
}

/** Reports the training data. */
export function reportData(
  loaded: LoadedData,
  rows: SplitRows,
  cuts: readonly CutRow[],
  emit: EventSink,
): DataPrepared {
  const lengths = reportLengths(rows.train.map(tokensOf));
  const { min, median, p95, max, histogram } = lengths;
  const leftOut = loaded.report.files.reduce((sum, file) => sum + (file.leftOut?.rows ?? 0), 0);
  const prepared: DataPrepared = {
    type: 'data-prepared',
    format: [...new Set(loaded.report.files.map(({ format }) => format))].join(', '),
    rows: { train: rows.train.length, validation: rows.validation.length, test: rows.test.length },
    inputTokens: lengths.tokens,
    lossTokens: rows.train.reduce((sum, { trained }) => sum + trained.reduce((ones, one) => ones + one, 0), 0),
    lengths: { min, median, p95, max, histogram },
    truncated: cuts.filter(({ action }) => action !== 'dropped').length,
    dropped: cuts.filter(({ action }) => action === 'dropped').length,
    ...(leftOut > 0 && { leftOut }),
    hashes: loaded.report.hashes,
  };
  emit(prepared);
  reportFewTestRows(rows.test, emit);
  return prepared;
}

/** Reports before training how little a verdict on so few rows can say. */
export function reportFewTestRows(test: readonly Example[], emit: EventSink): void {
  const message = fewTestRowsAdvice(test);
  if (message !== undefined) emit({ type: 'phase-started', phase: 'data', message });
}

const MAX_LISTED = 20;

/** Reports truncated rows of any split (F6). */
export function reportCuts(
  cuts: readonly CutRow[],
  { split, examples, emit }: { split: SplitName; examples: readonly Example[]; emit: EventSink },
): void {
  if (cuts.length === 0) return;
  const problems = cuts.slice(0, MAX_LISTED).map(({ row, action, tokens, keptTokens }) => ({
    ...examples[row].source,
    message:
      action === 'dropped'
        ? `dropped: ${plural(tokens, 'tokens')}`
        : `${action}: ${keptTokens} of ${tokens} tokens kept`,
  }));
  emit({
    type: 'warning-raised',
    code: 'W_ROWS_CUT',
    message: `${plural(cuts.length, 'rows')} too long (${split})`,
    problems,
    problemCount: cuts.length,
  });
}
