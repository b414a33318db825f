/**
 * Lines shared by many rows: headers, footers, signatures, notices. Works in three passes, so that few lines are held
 * in memory.
 */
import { plural } from '../../base/format.ts';
import { z } from 'zod';
import type { DataRow } from '@attune/documents';
import { sha256 } from '../../files/hash.ts';
import { DiskItems } from '../disk-items.ts';
import { mapTexts, textOfRow } from '../row-texts.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  share: z.number().gt(0).max(1).default(0.05).describe('remove lines that occur in more than this share of the rows'),
  rows: z.int().min(2).default(10).describe('and in at least this many rows'),
  least: z.int().min(1).default(15).describe('shorter lines are kept'),
});

type Options = z.output<typeof options>;

/**
 * Size of the table of counters, indexed by line hash: each is an upper bound of a line's count, in constant memory.
 */
const COUNTERS = 1 << 22;

export const step = defineStep<Options>({
  summary: 'remove lines shared by many rows: headers, footers, notices',
  takes: ['row'],
  version: 2,
  options,
  open(given, context) {
    return async function* run(items, notes) {
      const counters = new Uint32Array(COUNTERS);
      const rows = await DiskItems.gathered(items, context, (row) => {
        for (const line of linesOf(row, given)) counters[counterOf(line)]++;
      });
      const least = Math.max(given.rows, Math.floor(given.share * rows.count) + 1);
      const common = await countExactly(rows, given, { counters, least });
      // Shared lines may be signatures: if rows are redacted later, they are not shown.
      const shown = context.quotes === false ? [] : common;
      if (shown !== common && common.size > 0)
        notes.remark(`${plural(common.size, 'lines')}, not shown because rows are redacted`);
      for (const [line, count] of shown)
        notes.remark(`in ${plural(count, 'rows')}: ${JSON.stringify(line.slice(0, MOST_CHARACTERS))}`);
      for await (const row of rows.rows()) {
        const changed = mapTexts(row, (text) => without(text, common));
        if (changed !== row) notes.find(row, 'lines removed');
        if (changed === row || textOfRow(changed).trim() !== '') yield changed;
        else notes.leaveOut(row, 'nothing but boilerplate');
      }
    };
  },
});

const MOST_CHARACTERS = 100;

/** Distinct lines of a row. */
function linesOf(row: DataRow, { least }: Options): Set<string> {
  const lines = textOfRow(row).split('\n');
  return new Set(lines.map((line) => line.trim()).filter((line) => line.length >= least));
}

function counterOf(line: string): number {
  return Number.parseInt(sha256(line).slice(0, 8), 16) % COUNTERS;
}

async function countExactly(
  rows: DiskItems,
  given: Options,
  { counters, least }: { counters: Uint32Array; least: number },
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const row of rows.rows()) {
    for (const line of linesOf(row, given)) {
      if (counters[counterOf(line)] >= least) counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return new Map([...counts].filter(([, count]) => count >= least).sort(([, a], [, b]) => b - a));
}

function without(text: string, common: ReadonlyMap<string, number>): string {
  const lines = text.split('\n');
  const kept = lines.filter((line) => !common.has(line.trim()));
  return kept.length === lines.length
    ? text
    : kept
        .join('\n')
        .replaceAll(/\n{3,}/g, '\n\n')
        .trim();
}
