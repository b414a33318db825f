/** Confusion counts at a threshold. */
export interface Decisions {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/** F1 of the positive class. */
export function f1Of({ truePositives, falsePositives, falseNegatives }: Decisions): number {
  const size = 2 * truePositives + falsePositives + falseNegatives;
  return size === 0 ? 0 : (2 * truePositives) / size;
}

/** Mean F1 of the positive and the negative class. */
export function macroF1Of(decisions: Decisions): number {
  const { truePositives, trueNegatives, falsePositives, falseNegatives } = decisions;
  const others = { truePositives: trueNegatives, trueNegatives: truePositives };
  return (f1Of(decisions) + f1Of({ ...others, falsePositives: falseNegatives, falseNegatives: falsePositives })) / 2;
}

/**
 * The probability threshold with the best score, halfway between two rows' probabilities; on ties the one nearest to
 * 0.5. Undefined if all rows are of the same class. `mayBeNone`: also considers a threshold above all probabilities.
 */
export function bestThreshold(
  probabilities: readonly number[],
  isPositive: readonly boolean[],
  score: (decisions: Decisions) => number,
  mayBeNone = false,
): number | undefined {
  const positives = isPositive.filter(Boolean).length;
  if (positives === 0 || positives === isPositive.length) return undefined;
  const order = [...probabilities.keys()].toSorted((a, b) => probabilities[b] - probabilities[a]);
  let best = mayBeNone ? decidingForNone(probabilities[order[0]], isPositive, score) : undefined;
  let [truePositives, falsePositives] = [0, 0];
  for (const [place, row] of order.entries()) {
    if (isPositive[row]) truePositives++;
    else falsePositives++;
    const next = order.at(place + 1);
    const below = next === undefined ? 0 : probabilities[next];
    if (below === probabilities[row]) continue;
    const threshold = (probabilities[row] + below) / 2;
    const falseNegatives = positives - truePositives;
    const trueNegatives = isPositive.length - positives - falsePositives;
    const value = score({ truePositives, falsePositives, falseNegatives, trueNegatives });
    const isNearer = best !== undefined && Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (best === undefined || value > best.value || (value === best.value && isNearer)) best = { threshold, value };
  }
  return best?.threshold;
}

function decidingForNone(highest: number, isPositive: readonly boolean[], score: (decisions: Decisions) => number) {
  if (highest >= 1) return undefined;
  const falseNegatives = isPositive.filter(Boolean).length;
  const trueNegatives = isPositive.length - falseNegatives;
  const value = score({ truePositives: 0, falsePositives: 0, falseNegatives, trueNegatives });
  return { threshold: (highest + 1) / 2, value };
}
