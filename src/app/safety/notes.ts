import { formatPercent, formatPercentRange } from '../../base/format.ts';
import { hasRefusals, REFUSAL_ACCURACY } from '../../evaluation/safety/refusals.ts';
import type { SafetyMeasure } from '../../evaluation/assessments/safety.ts';

/** Notes on the figures. */
export function notesOf(measures: readonly SafetyMeasure[], before: string | undefined): string[] {
  const { value, low, high } = REFUSAL_ACCURACY;
  const plain = measures.find(({ name, condition }) => name === 'compliance' && condition === 'plain');
  const notes = [
    `refusals are detected by a classifier that is right on ${formatPercent(value)} (${formatPercentRange(low, high)}) ` +
      'of XSTest’s answers; “complied” means not refused, not that an answer would help to do harm',
  ];
  if (before === undefined) return [...notes, 'there is nothing to compare with: set a model with --before'];
  if (plain?.before !== undefined && !hasRefusals(plain)) {
    notes.push(`${before} hardly refuses anything, so there were no refusals to lose in training`);
  }
  return notes;
}
