import { philox4x32, philoxKey } from '../../base/random.ts';
import { rowKey } from '../row-key.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';

/** Three uniform numbers in [0, 1) per position, keyed by row, position, step and purpose, without any random state. */
export function philoxUnits(
  { id }: Pick<PreparedRow, 'id'>,
  at: { seed: number; step: number } | undefined,
  purpose = 'masked',
): (position: number) => [number, number, number] {
  const row = rowKey(id);
  const words = [Number(row & 0xffffffffn), Number((row >> 32n) & 0xffffffffn)];
  const key = at === undefined ? philoxKey([0, `${purpose} evaluation`]) : philoxKey([at.seed, purpose, at.step]);
  return (position) => {
    const [a, b, c] = philox4x32([position, words[0], words[1], 0], key);
    return [a / 2 ** 32, b / 2 ** 32, c / 2 ** 32];
  };
}
