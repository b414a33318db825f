import { stringifyAsWritten } from '../files/written-numbers.ts';
import { PROVENANCE } from '../data/provenance-column.ts';
import type { DataRow } from '@attune/documents';

/** Raised when the same files and steps give other rows than before. */
export const PREPARED_VERSION = 5;

/** A row as a line of JSONL: its values, and where it came from under `provenance`. */
export function lineOf({ values, origins }: DataRow): string {
  return `${stringifyAsWritten({ ...values, [PROVENANCE]: origins })}\n`;
}
