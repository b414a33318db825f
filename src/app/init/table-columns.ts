import { guessColumns, profileColumns } from '../../data/guess/index.ts';
import { rawRows } from '../../data/raw-rows.ts';
import type { TableColumns } from '../use-cases/data-columns.ts';
import { describeColumn } from './read-columns.ts';

const ROWS = 5;
const MOST_GUESSES = 5;

/** @throws AttuneError E_FILE_MISSING, E_UNKNOWN_CONTAINER */
export async function tableColumns(file: string, count = ROWS): Promise<TableColumns> {
  const rows: Record<string, unknown>[] = [];
  for await (const { value } of rawRows(file, () => undefined)) if (rows.push(value) >= count) break;
  const profiles = await profileColumns(file);
  const columns = profiles.map((profile) => ({ ...profile, description: describeColumn(profile) }));
  return { columns, rows, guesses: guessColumns(profiles).slice(0, MOST_GUESSES) };
}
