import type { Example } from '../example.ts';
import type { RowReader } from './row-reader.ts';

type WithoutProvenance<T> = T extends unknown ? Omit<T, 'id' | 'source' | 'group'> : never;

/** An example without its provenance. */
export type ExampleBody = WithoutProvenance<Example>;

/** The columns of a file according to its first rows. */
export interface ColumnSample {
  /** True if at least half of the rows have a value in each of these columns. */
  has(...columns: string[]): boolean;
  /** The values of a column, without missing ones. */
  values(column: string): unknown[];
}

/** One layout of rows: how it is recognised, and how a row becomes an example. */
export interface Format {
  /** Every column it reads; `columns` in a recipe maps these names to the user's. */
  fields: readonly string[];
  /** The columns by which a file was recognised; undefined for other formats. */
  recognise(sample: ColumnSample): readonly string[] | undefined;
  /** The example; undefined after noting at least one problem. */
  read(row: RowReader): ExampleBody | undefined;
  /** Reads a row to be answered, whose answer may be missing and is ignored. Default: `read`. */
  readInput?(row: RowReader): ExampleBody | undefined;
}
