import { guessColumns, profileColumns } from '../../data/guess/index.ts';
import type { Problem } from '../../base/errors.ts';
import { rawRows, requireWhole } from '../../data/raw-rows.ts';
import type { TableColumns } from '../use-cases/data-columns.ts';
import { describeColumn } from './read-columns.ts';

const ROWS = 5;
const MOST_GUESSES = 5;

/** @throws AttuneError E_FILE_MISSING, E_UNKNOWN_CONTAINER; E_BAD_ROWS or E_NO_ROWS if no row can be read */
export async function tableColumns(file: string, count = ROWS): Promise<TableColumns> {
  const rows: Record<string, unknown>[] = [];
  const problems: Problem[] = [];
  for await (const { value } of rawRows(file, (problem) => problems.push(problem)))
    if (rows.push(value) >= count) break;
  if (rows.length === 0) requireWhole(file, { rows: 0, problems });
  const profiles = await profileColumns(file);
  const columns = profiles.map((profile) => ({ ...profile, description: describeColumn(profile) }));
  return { columns, rows, problems, guesses: guessColumns(profiles).slice(0, MOST_GUESSES) };
}
