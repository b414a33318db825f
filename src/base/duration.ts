import { table } from './table.ts';

/** `90s`, `30m`, `2h` or `7d`. */
export const DURATION = /^\d+(\.\d+)?\s*[smhd]$/;

const UNITS: Readonly<Record<string, number>> = table({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 });

/** `5m`, or a number of seconds, in milliseconds. */
export function millisecondsOf(value: number | string): number {
  if (typeof value === 'number') return value * 1000;
  return Number(value.slice(0, -1)) * UNITS[value.slice(-1)];
}
