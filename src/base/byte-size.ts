import { formatBytes } from './format.ts';
import { table } from './table.ts';

/** `25MB`, `2.5 GiB`, or a number of bytes. */
export const BYTE_SIZE = /^\d+(\.\d+)?\s*(KB|MB|GB|KiB|MiB|GiB)?$/;

const UNITS: Readonly<Record<string, number>> = table({
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
});

/** `25MB` as a number. */
export function bytesOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const [, count, unit] = /^([\d.]+)\s*(\w*)$/.exec(value)!;
  return Number(count) * (UNITS[unit] ?? 1);
}

/** The size as the user wrote it: `25MB` stays `25MB` instead of becoming 23.8 MiB. */
export function sizeAsWritten(value: number | string): string {
  return typeof value === 'number' ? formatBytes(value) : value;
}
