import { AttuneError } from '../../../base/errors.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';

/** @throws E_ROWS_TOO_LONG with every row that the model cannot read */
export function refuseLongRows(rows: readonly Pick<PreparedRow, 'ids' | 'source'>[], limit: number): void {
  const problems = rows
    .filter(({ ids }) => ids.length > limit)
    .map(({ ids, source }) => ({ ...source, message: `${ids.length} tokens` }));
  if (problems.length === 0) return;
  throw new AttuneError('E_ROWS_TOO_LONG', {
    what: `${problems.length} of ${rows.length} rows are longer than the model can read`,
    expected: `at most ${limit} tokens`,
    problems,
    fix: 'shorten or remove them',
  });
}
