import { expandSpec, type DataSpec, type SourceFile } from '../sources.ts';
import { containerName, containers } from '../containers/index.ts';
import { PROVENANCE, FLAGS } from '../provenance-column.ts';
import { ColumnProfiler, type ColumnProfile } from './profile.ts';

/** Rows that columns are judged by; files are often sorted by label, so that a few rows say little. */
const SAMPLE_ROWS = 20_000;
/** Tables of that many columns are no longer looked at whole. */
const MAX_COLUMNS = 500;

/** The columns of a path's first file, in their order, as its first rows have them; none where it is no table. */
export async function profileColumns(spec: DataSpec, base = process.cwd()): Promise<ColumnProfile[]> {
  const { files } = expandSpec(spec, { split: 'train', base });
  const profilers = new Map<string, ColumnProfiler>();
  let rows = 0;
  for await (const row of rowsOf(files[0])) {
    rows++;
    for (const [name, value] of Object.entries(row)) {
      if (name === PROVENANCE || name === FLAGS) continue;
      const profiler = profilers.get(name) ?? (profilers.size < MAX_COLUMNS ? new ColumnProfiler(name) : undefined);
      if (profiler === undefined) continue;
      profilers.set(name, profiler);
      profiler.add(value);
    }
    if (rows >= SAMPLE_ROWS) break;
  }
  return [...profilers.values()].map((profiler) => profiler.profile(rows));
}

async function* rowsOf(file: SourceFile): AsyncGenerator<Record<string, unknown>> {
  const name = containerName(file.path);
  if (!containers.has(name)) return;
  const { read } = await containers.load(name);
  for await (const { value } of read(file.path, file.file)) if (value !== undefined) yield value;
}
