/** A model's result for a question that its text may not answer. */
export interface NullableAnswer {
  /** Score of "no answer" minus the score of the best span. */
  noneBy: number;
  /** Score of that span, 0 to 1; 0 if the text does not contain the answer. */
  value: number;
  /** Whether the text contains the answer. */
  isAnswered: boolean;
}

/** Score if "no answer" is given above the threshold; 1 for a correct "no answer". */
export function valueAt({ noneBy, value, isAnswered }: NullableAnswer, threshold: number): number {
  if (noneBy > threshold) return isAnswered ? 0 : 1;
  return isAnswered ? value : 0;
}

/** Offset below all scores, at which nothing is answered. */
const BELOW_ALL = 1;

/**
 * The `noneBy` threshold up to which giving the best span scores most, as in SQuAD 2.0's evaluation
 * (`find_best_thresh`): the value of a row, the lowest on ties. If answering nothing is best, the threshold is below
 * all rows: unlike SQuAD's probabilities, these score differences have no minimum of 0. Undefined if all rows have an
 * answer, or none has.
 */
export function bestNullThreshold(rows: readonly NullableAnswer[]): number | undefined {
  const unanswered = rows.filter(({ isAnswered }) => !isAnswered).length;
  if (unanswered === 0 || unanswered === rows.length) return undefined;
  const order = rows.toSorted((a, b) => a.noneBy - b.noneBy);
  let [sum, best] = [unanswered, unanswered];
  let threshold = order[0].noneBy - BELOW_ALL;
  for (const [place, { noneBy, value, isAnswered }] of order.entries()) {
    sum += isAnswered ? value : -1;
    // Rows with equal scores fall on the same side.
    if (noneBy === order.at(place + 1)?.noneBy || sum <= best) continue;
    [best, threshold] = [sum, noneBy];
  }
  return threshold;
}
