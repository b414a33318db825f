import { stringifyAsWritten } from '../files/written-numbers.ts';
import { PROVENANCE } from '../data/provenance-column.ts';
import type { DataRow } from '@attune/documents';

/** Incremented whenever the same files and steps give different rows. */
export const PREPARED_VERSION = 5;

/** A row as a line of JSONL: its values, with its origins under `provenance`. */
export function lineOf({ values, origins }: DataRow): string {
  return `${stringifyAsWritten({ ...values, [PROVENANCE]: origins })}\n`;
}
