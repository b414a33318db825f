import { shuffled } from '../../base/random.ts';
import type { Example } from '../../data/index.ts';

const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];
/** Results on fewer rows are mostly chance. */
const FEWEST = 8;

/** Growing, nested parts of the training rows, in an order determined by the seed. */
export function growingParts(train: readonly Example[], seed: number): (readonly Example[])[] {
  const order = shuffled(train, [seed, 'growing-parts']);
  const sizes = SHARES.map((share) => Math.round(share * train.length)).filter((size) => size >= FEWEST);
  return [...new Set(sizes)].map((size) => order.slice(0, size));
}
