import { inspectFile, type FileInspection } from './read-files.ts';
import { expandSpec, type DataSpec } from './sources.ts';
import type { ColumnMapping } from './columns.ts';
import type { RowFormatters } from './row-formatter.ts';

export interface InspectOptions {
  format?: string;
  columns?: ColumnMapping;
  formatters?: RowFormatters;
  /** The folder to which relative paths refer. */
  base?: string;
}

export interface DataInspection extends FileInspection {
  /** Number of files that the path denotes; the first is inspected. */
  files: number;
  /** Splits with their own files next to the train files. */
  splits: string[];
}

/**
 * Describes a path from its first rows: container, row format with the reason, columns, examples, defects.
 *
 * @throws AttuneError as `loadData`, except E_BAD_ROWS
 */
export async function inspectData(spec: DataSpec, options: InspectOptions = {}): Promise<DataInspection> {
  const { base = process.cwd(), ...how } = options;
  const { files, beside } = expandSpec(spec, { split: 'train', base, ...how });
  return { ...(await inspectFile(files[0])), files: files.length, splits: Object.keys(beside) };
}
