import { formatCount } from '../../base/format.ts';
import type { Example } from '../../data/example.ts';
import { Neighbours } from '../neighbours.ts';
import type { Asked } from './asked.ts';
import { describeTask } from './instruction.ts';

/** Solved rows shown at most; a model shows fewer where its context ends. */
const SHOTS = 8;

/** What each row is asked with, and that in words. */
export interface Asker {
  ask: (example: Example) => Asked;
  note?: string;
}

/**
 * `plain` asks as the rows stand; `prompted` with an instruction, the user's or one from the form of the training
 * answers; `few_shot` with the nearest training rows, solved, before the question.
 */
export function asker(
  { how, instruction }: { how: 'plain' | 'prompted' | 'few_shot'; instruction?: string },
  train: readonly Example[],
): Asker {
  if (how === 'plain') return { ask: (example) => ({ example, instruction }), note: instruction };
  if (how === 'prompted') {
    const told = instruction ?? describeTask(train);
    return { ask: (example) => ({ example, instruction: told }), note: `told: ${told}` };
  }
  const neighbours = new Neighbours(train);
  const shots = Math.min(SHOTS, train.length);
  const note = `shown up to ${formatCount(shots)} training rows nearest to the question`;
  return { ask: (example) => ({ example, instruction, shots: neighbours.nearest(example, shots) }), note };
}
