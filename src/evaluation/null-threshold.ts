/** A question whose text may not answer it, as a model reads it. */
export interface NullableAnswer {
  /** By how much "none" answers it better than the best stretch of the text does. */
  noneBy: number;
  /** Score of that span, 0 to 1; 0 if the text does not contain the answer. */
  value: number;
  /** Whether the text tells it. */
  isAnswered: boolean;
}

/** Score with no answer given above the threshold; 1 for a correct no-answer. */
export function valueAt({ noneBy, value, isAnswered }: NullableAnswer, threshold: number): number {
  if (noneBy > threshold) return isAnswered ? 0 : 1;
  return isAnswered ? value : 0;
}

/** So far below the surest stretch nothing is answered. */
const BELOW_ALL = 1;

/**
 * The `noneBy` up to which giving the best stretch scores most, as SQuAD 2.0's evaluation finds it (`find_best_thresh`):
 * one that a row has, the lowest of equals. Where giving none to all is best it lies below all rows' own: they are
 * differences of scores here, and not probabilities of which 0 is the lowest. Undefined where all rows have an answer, or
 * no row has.
 */
export function bestNullThreshold(rows: readonly NullableAnswer[]): number | undefined {
  const unanswered = rows.filter(({ isAnswered }) => !isAnswered).length;
  if (unanswered === 0 || unanswered === rows.length) return undefined;
  const order = rows.toSorted((a, b) => a.noneBy - b.noneBy);
  let [sum, best] = [unanswered, unanswered];
  let threshold = order[0].noneBy - BELOW_ALL;
  for (const [place, { noneBy, value, isAnswered }] of order.entries()) {
    sum += isAnswered ? value : -1;
    // Rows that are equally sure are answered together.
    if (noneBy === order.at(place + 1)?.noneBy || sum <= best) continue;
    [best, threshold] = [sum, noneBy];
  }
  return threshold;
}
