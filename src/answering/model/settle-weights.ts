import type { Model } from '../../models/model.ts';
import { noGrad, scope, settled } from '../../engine/tensor/index.ts';
import { availableBytes } from './resources.ts';

/** Smaller weights are not worth moving. */
const LEAST_BYTES = 1 << 14;

/**
 * Copies a model's large weights from the mapped file into huge pages, since decoding reads all of them for every
 * token. Does nothing on a device, or if the copies would take more than half of free memory. @returns the number of
 * bytes moved
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
