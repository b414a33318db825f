import { plural } from '../../base/format.ts';
import type { Example } from '../../data/example.ts';
import { labelCounts } from '../rare-classes.ts';
import { detectableShare } from '../../scoring/statistics/index.ts';
import { areClassified } from '../../scoring/prompt-text.ts';

/** A verdict that shows no smaller difference than this share of the rows is of little use. */
const COARSE = 0.1;
/** Rows of a class below which a verdict says next to nothing of it. */
const FEW_OF_CLASS = 5;

/**
 * Smallest difference that few test rows can show, for people: "6 test rows show only differences from about 96
 * points"; undefined for enough rows.
 */
export function fewTestRows(count: number): string | undefined {
  const least = detectableShare(count);
  if (count === 0 || least < COARSE) return undefined;
  const rows = plural(count, 'test rows');
  return least === 1
    ? `${rows} cannot detect any difference`
    : `${rows} can only detect differences from about ${Math.round(100 * least)} points`;
}

/** The same with the rarest class, and what to do about it. */
export function fewTestRowsAdvice(test: readonly Example[]): string | undefined {
  const few = fewTestRows(test.length);
  const isOfClasses = areClassified(test);
  const counts = isOfClasses ? [...labelCounts(test)].toSorted(([, a], [, b]) => a - b) : [];
  const [rarest] = counts.length > 1 ? counts.filter(([, rows]) => rows < FEW_OF_CLASS) : [];
  const rare = rarest && `${plural(rarest[1], 'test rows')} of the rarest class, ${rarest[0]}, say little about it`;
  const told = [few, rare].filter((one) => one !== undefined);
  if (told.length === 0) return undefined;
  return `${told.join('; ')}: add rows, use a larger share (data.test: 0.3), or give a file of test rows`;
}
