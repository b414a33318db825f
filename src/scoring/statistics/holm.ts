/**
 * Adjusted p-values by Holm's step-down method (1979): calling everything below 5 % a finding then keeps the chance of
 * any false one below 5 %, however the tests depend on each other. In the order given; never above 1.
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
