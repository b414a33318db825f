import { inspectFile, type FileInspection } from './read-files.ts';
import { expandSpec, type DataSpec } from './sources.ts';
import type { ColumnMapping } from './columns.ts';
import type { RowFormatters } from './row-formatter.ts';

export interface InspectOptions {
  format?: string;
  columns?: ColumnMapping;
  formatters?: RowFormatters;
  /** The folder that relative paths start from. */
  base?: string;
}

export interface DataInspection extends FileInspection {
  /** How many files the path stands for; the first is what was looked at. */
  files: number;
  /** Splits with files of their own next to the train files. */
  splits: string[];
}

/**
 * Says what a path holds from its first rows: container, row format with the reason, columns, examples, defects.
 *
 * @throws AttuneError as `loadData`, E_BAD_ROWS excepted
 */
export async function inspectData(spec: DataSpec, options: InspectOptions = {}): Promise<DataInspection> {
  const { base = process.cwd(), ...how } = options;
  const { files, beside } = expandSpec(spec, { split: 'train', base, ...how });
  return { ...(await inspectFile(files[0])), files: files.length, splits: Object.keys(beside) };
}
