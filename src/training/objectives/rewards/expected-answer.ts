import type { RewardSample } from './reward.ts';

/** The expected answer in a row's column. @throws Error if the row has none */
export function expectedAnswer({ row }: Pick<RewardSample, 'row'>, column: string): string {
  const value = row[column];
  if (value === undefined || value === null) throw new Error(`the row has no column "${column}"`);
  return String(value);
}
