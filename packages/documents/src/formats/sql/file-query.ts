/** A query over each file, which it knows as `source`, and over further files under their own names. Plain data. */
export interface FileQuery {
  query: string;
  tables: readonly { name: string; path: string }[];
}

export type TableFormat = 'csv' | 'parquet';

/** Format by the file's ending; undefined for other files. */
export function tableFormat(path: string): TableFormat | undefined {
  if (/\.parquet$/i.test(path)) return 'parquet';
  return /\.(csv|tsv|tab)$/i.test(path) ? 'csv' : undefined;
}
