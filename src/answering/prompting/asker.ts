import { AttuneError } from '../../base/errors.ts';
import { formatCount } from '../../base/format.ts';
import type { Example } from '../../data/example.ts';
import { answerForm } from '../../scoring/answer-form.ts';
import { Neighbours } from '../baselines/neighbours.ts';
import type { Asked } from '../../scoring/asked.ts';
import { describeTask } from './instruction.ts';

/** Maximum number of examples in a few-shot prompt; fewer if the model's context is too short. */
const SHOTS = 8;

/** Prompts for rows, and a description of them. */
export interface Asker {
  ask: (example: Example) => Asked;
  note?: string;
}

export interface AskingRows {
  /** Training rows that may serve as examples. */
  train: readonly Example[];
  /** Rows that are typical in the form of their answers. */
  typical: readonly Example[];
}

/**
 * `plain` uses rows as they are; `prompted` adds an instruction, the user's or one derived from the form of the
 * answers; `few_shot` adds the nearest training rows with their answers.
 * @throws AttuneError E_NOTHING_ASKED for rows of plain text, E_SHOTS_WANTED without training rows
 */
export function asker(
  { how, instruction }: { how: 'plain' | 'prompted' | 'few_shot'; instruction?: string },
  { train, typical }: AskingRows,
): Asker {
  if (how === 'plain') return { ask: (example) => ({ example }) };
  if (answerForm(typical).kind === 'text') {
    throw new AttuneError('E_NOTHING_ASKED', {
      what: 'Rows of plain text have no prompt, so instructions and examples do not apply',
    });
  }
  if (how === 'prompted') {
    const told = instruction ?? describeTask(typical);
    return { ask: (example) => ({ example, instruction: told }), note: `instruction: ${told}` };
  }
  if (train.length === 0) {
    throw new AttuneError('E_SHOTS_WANTED', {
      what: 'There are no training rows to use as examples',
      fix: 'name a file: --train-data rows.jsonl',
    });
  }
  const neighbours = new Neighbours(train);
  const shots = Math.min(SHOTS, train.length);
  const note = `shown up to ${formatCount(shots)} training rows nearest to the question`;
  // Excludes a training row itself from its examples.
  const others = (example: Example) =>
    neighbours
      .nearest(example, shots + 1)
      .filter(({ id }) => id !== example.id)
      .slice(0, shots);
  return { ask: (example) => ({ example, instruction, shots: others(example) }), note };
}
