import { plural } from '../../base/format.ts';
import type { Example } from '../../data/example.ts';
import { labelCounts } from '../rare-classes.ts';
import { detectableShare } from '../../scoring/statistics/index.ts';
import { areClassified } from '../../scoring/prompt-text.ts';

/** A smallest detectable difference above this share makes a verdict nearly useless. */
const COARSE = 0.1;
/** With fewer rows of a class a verdict says almost nothing about it. */
const FEW_OF_CLASS = 5;

/**
 * Warning that a small test set only detects large differences: "6 test rows can only detect differences from about 96
 * points"; undefined if there are enough rows.
 */
export function fewTestRows(count: number): string | undefined {
  const least = detectableShare(count);
  if (count === 0 || least < COARSE) return undefined;
  const rows = plural(count, 'test rows');
  return least === 1
    ? `${rows} cannot detect any difference`
    : `${rows} can only detect differences from about ${Math.round(100 * least)} points`;
}

/** The warning including the rarest class, with advice. */
export function fewTestRowsAdvice(test: readonly Example[]): string | undefined {
  const few = fewTestRows(test.length);
  const isOfClasses = areClassified(test);
  const counts = isOfClasses ? [...labelCounts(test)].toSorted(([, a], [, b]) => a - b) : [];
  const [rarest] = counts.length > 1 ? counts.filter(([, rows]) => rows < FEW_OF_CLASS) : [];
  const rare = rarest && `${plural(rarest[1], 'test rows')} of the rarest class, ${rarest[0]}, say little about it`;
  const told = [few, rare].filter((one) => one !== undefined);
  if (told.length === 0) return undefined;
  return (
    `${told.join('; ')}: add rows, use a larger share (data.test: 0.3), or give a file of test rows; ` +
    'attune advise compares systems that cost nothing on all rows (cross-validation)'
  );
}
