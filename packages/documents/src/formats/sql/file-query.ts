/** SQL query that is run on each file as the table `source`; `tables` names further files. Plain data. */
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
