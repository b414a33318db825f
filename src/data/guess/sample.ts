import { expandSpec, type DataSpec, type SourceFile } from '../sources.ts';
import { containerName, containers } from '../containers/index.ts';
import { readDecimalCommas } from '../decimal-commas.ts';
import { PROVENANCE, FLAGS } from '../provenance-column.ts';
import { ColumnProfiler, type ColumnProfile } from './column-profile.ts';

/** Number of rows examined; files are often sorted by label, so few rows say little. */
const SAMPLE_ROWS = 20_000;
/** Limit on the number of columns examined. */
const MAX_COLUMNS = 500;

/** Columns of a path's first file in order, from its first rows; empty if it is not a table. */
export async function profileColumns(spec: DataSpec, base = process.cwd()): Promise<ColumnProfile[]> {
  const { files } = expandSpec(spec, { split: 'train', base });
  const table = new TableProfiler();
  for await (const row of rowsOf(files[0])) {
    table.add(row);
    if (table.rows >= SAMPLE_ROWS) break;
  }
  return table.profiles();
}

export function profileRows(rows: readonly Record<string, unknown>[]): ColumnProfile[] {
  const table = new TableProfiler();
  for (const row of rows) table.add(row);
  return table.profiles();
}

class TableProfiler {
  rows = 0;
  readonly #columns = new Map<string, ColumnProfiler>();

  add(row: Record<string, unknown>): void {
    this.rows++;
    for (const [name, value] of Object.entries(row)) this.#column(name)?.add(value);
  }

  #column(name: string): ColumnProfiler | undefined {
    const known = this.#columns.get(name);
    if (known !== undefined || name === PROVENANCE || name === FLAGS || this.#columns.size >= MAX_COLUMNS) return known;
    const column = new ColumnProfiler(name);
    this.#columns.set(name, column);
    return column;
  }

  profiles(): ColumnProfile[] {
    return [...this.#columns.values()].map((column) => column.profile(this.rows));
  }
}

async function* rowsOf(file: SourceFile): AsyncGenerator<Record<string, unknown>> {
  const name = containerName(file.path);
  if (!containers.has(name)) return;
  const { read } = await containers.load(name);
  const rows = read(file.path, file.file, { onEncoding: () => undefined });
  for await (const { value } of readDecimalCommas(rows)) if (value !== undefined) yield value;
}
