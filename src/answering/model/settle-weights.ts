import type { Model } from '../../models/model.ts';
import { noGrad, scope, settled } from '../../engine/tensor/index.ts';
import { availableBytes } from './resources.ts';

/** Smaller ones are read in no time. */
const LEAST_BYTES = 1 << 14;

/**
 * Takes a model's large weights out of their file into large pages of memory, for answering: every token reads all of
 * them. They stay where they are if that would take more than half of the memory that is free, or on a device.
 * @returns the bytes that were moved
 */
export function settleWeights(model: Model): number {
  const large = [...model.parameters()].filter(([, { form, bytes }]) => form === undefined && bytes >= LEAST_BYTES);
  const bytes = large.reduce((sum, [, { tensor }]) => sum + tensor.bytes, 0);
  if (large.length === 0 || model.device !== 'cpu' || bytes > availableBytes() / 2) return 0;
  noGrad(() =>
    scope(() => {
      const copies = settled(large.map(([, { tensor }]) => tensor));
      for (const [i, [, parameter]] of large.entries()) parameter.assign(copies[i]);
    }),
  );
  return bytes;
}
