import { defineRegistry } from '../../base/registry.ts';

/** Steps from documents to rows, and from rows to rows: each one file and one line. */
export const steps = defineRegistry('step', 'E_UNKNOWN_STEP', {
  records: async () => (await import('./records.ts')).step,
  chunks: async () => (await import('./chunks.ts')).step,
});
