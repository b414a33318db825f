/**
 * Adjusts p-values by Holm's step-down method (1979): rejecting below 5 % then keeps the probability of any false
 * finding below 5 %, under any dependence. In the given order; at most 1.
 */
export function holm(values: ArrayLike<number>): number[] {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const adjusted = order.map(() => 1);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, (values.length - rank) * values[index]));
    adjusted[index] = least;
  }
  return adjusted;
}
