import type { Problem } from '../base/errors.ts';
import type { FileSummary } from './file-tally.ts';
import type { StepReport } from './preparation-step.ts';

/** Reasons why files and steps gave no rows, for an error. */
export function lostRows(files: FileSummary, reports: readonly StepReport[]): Problem[] {
  const skipped = Object.entries(files.skipped).map(([reason, { count, first }]) => {
    return { message: `${count} skipped: ${reason}, for example ${first[0].message}`, file: first[0].file };
  });
  const notes = Object.entries(files.notes).map(([reason, { count, first }]) => ({
    message: `${count} ${reason}, for example ${first[0]}`,
  }));
  const leftOut = reports.flatMap(({ step, leftOut: lost }) =>
    lost.map(({ reason, count }) => ({ field: step, message: `${count} left out: ${reason}` })),
  );
  return [...skipped, ...notes, ...leftOut];
}
