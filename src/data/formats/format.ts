import type { Example } from '../example.ts';
import type { RowReader } from './row-reader.ts';

type WithoutProvenance<T> = T extends unknown ? Omit<T, 'id' | 'source' | 'group'> : never;

/** An example before it knows where it came from. */
export type ExampleBody = WithoutProvenance<Example>;

/** The columns of a file, judged from its first rows. */
export interface ColumnSample {
  /** True where at least half of the rows have a value in each of these columns. */
  has(...columns: string[]): boolean;
  /** The values of one column, missing ones left out. */
  values(column: string): unknown[];
}

/** One shape of rows: which columns tell it, and how a row becomes an example. */
export interface Format {
  /** Every column that it reads; `columns` in a recipe maps these names to the user's. */
  fields: readonly string[];
  /** The columns by which a file is recognised, or undefined where it has another format. */
  recognise(sample: ColumnSample): readonly string[] | undefined;
  /** The example, or undefined after noting at least one problem on the row. */
  read(row: RowReader): ExampleBody | undefined;
  /** The same for a row that is to be answered: its answer may be missing, and is not read. As `read` unless given. */
  readInput?(row: RowReader): ExampleBody | undefined;
}
