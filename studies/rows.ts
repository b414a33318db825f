import { readFileSync } from 'node:fs';
import { shuffled } from '../src/base/random.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';

export type Row = Record<string, unknown>;

/** The rows of a file of JSON lines. */
export function readRows<One extends Row>(path: string): One[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as One);
}

export function writeRows(path: string, rows: readonly Row[]): void {
  writeFileAtomic(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/**
 * Random rows in which every class has the same share as in all rows; the same seed selects the same rows. @param
 * column column of a row's class
 */
export function drawRows<One extends Row>(
  rows: readonly One[],
  wanted: { column: string; count: number; seed: number },
): One[] {
  const { column, count, seed } = wanted;
  const classes = Map.groupBy(shuffled(rows, [seed, 'training-draw']), (row) => row[column]);
  const placed = [...classes.values()].flatMap((members) =>
    members.map((row, place) => ({ row, share: (place + 0.5) / members.length })),
  );
  const chosen = placed.toSorted((a, b) => a.share - b.share).slice(0, count);
  return shuffled(
    chosen.map(({ row }) => row),
    [seed, 'training-order'],
  );
}
