/** Number of rows whose losses are kept between evaluations: enough to estimate the significance of a change. */
export const COMPARED_ROWS = 2000;

/** Mean change of the rows' losses and its standard error; undefined with fewer than two rows. */
export function changeBetween(
  before: readonly number[],
  after: readonly number[],
): { mean: number; error: number } | undefined {
  if (before.length !== after.length || after.length < 2) return undefined;
  const changes = after.map((loss, row) => loss - before[row]);
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  const square = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / (changes.length - 1);
  return { mean, error: Math.sqrt(square / changes.length) };
}
