import type { ReadLimits } from '@attune/documents';
import type { FieldKit } from '../fields.ts';

const MEBIBYTE = 2 ** 20;

/** Options for reading documents. */
export function readingFields({ count }: FieldKit) {
  return {
    line: count('MIB', 'leave out lines of text and table rows longer than this, in MiB (8)'),
    processes: count('N', 'files read at once (one per core, at most 8)'),
  };
}

/** Limits per file, in seconds and MiB. */
export function limitsOf({
  seconds,
  memory,
  line,
}: {
  seconds?: number;
  memory?: number;
  line?: number;
}): Partial<ReadLimits> {
  return {
    ...(seconds !== undefined && { seconds }),
    ...(memory !== undefined && { memoryBytes: memory * MEBIBYTE }),
    ...(line !== undefined && { lineBytes: line * MEBIBYTE }),
  };
}
