import { noGrad, scope } from '../engine/tensor/index.ts';
import type { Update } from '../methods/interfaces.ts';

/** Runs `body` on the averaged weights, for updates that maintain an average next to the trained weights. */
export async function withAveraged<Result>(update: Update, body: () => Promise<Result>): Promise<Result> {
  const averaged = averagedOf(update);
  const exchange = averaged.map(([{ parameter }, tensor]) => ({ parameter, before: parameter.exchange(tensor) }));
  try {
    return await body();
  } finally {
    for (const { parameter, before } of exchange) parameter.exchange(before).dispose();
  }
}

/** Replaces the trained weights by their average for the result. */
export function settleAveraged(update: Update): void {
  for (const [{ parameter }, tensor] of averagedOf(update)) parameter.exchange(tensor).dispose();
}

function averagedOf(update: Update) {
  if (update.averaged === undefined) return [];
  return noGrad(() =>
    scope(() => [...update.averaged!()].map(([trainable, tensor]) => [trainable, tensor.own()] as const)),
  );
}
