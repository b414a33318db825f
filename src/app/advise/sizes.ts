import { shuffled } from '../../base/random.ts';
import type { Example } from '../../data/index.ts';

const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];
/** Fewer rows say more about chance than about the data. */
const FEWEST = 8;

/** Growing parts of the training rows, each with the one before in it, in an order that the seed gives. */
export function growingParts(train: readonly Example[], seed: number): (readonly Example[])[] {
  const order = shuffled(train, [seed, 'growing-parts']);
  const sizes = SHARES.map((share) => Math.round(share * train.length)).filter((size) => size >= FEWEST);
  return [...new Set(sizes)].map((size) => order.slice(0, size));
}
