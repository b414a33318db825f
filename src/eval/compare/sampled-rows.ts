import { shuffled } from '../../base/random.ts';
import type { Example } from '../../data/example.ts';

/** At most so many rows, the same ones for the same seed, in their own order. */
export function sampledRows(examples: readonly Example[], most: number, seed: number): readonly Example[] {
  if (examples.length <= most) return examples;
  const chosen = new Set(shuffled(examples, [seed, 'compared-rows']).slice(0, most));
  return examples.filter((example) => chosen.has(example));
}
