/** Random values of the simulations, by key. */
import { philox4x32, philoxKey, type RandomKey } from '../../src/base/random.ts';

export interface Draws {
  /** Uniform over (0, 1). */
  unit(): number;
  normal(): number;
  /** Of mean 1. */
  exponential(): number;
}

export function drawsOf(key: RandomKey): Draws {
  const words = philoxKey(key);
  let block: readonly number[] = [];
  let next = 0;
  const unit = () => {
    if (next % 4 === 0) block = philox4x32([next / 4, 0, 0, 0], words);
    return (block[next++ % 4] + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
  return { unit, normal, exponential: () => -Math.log(unit()) };
}
