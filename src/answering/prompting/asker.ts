import { AttuneError } from '../../base/errors.ts';
import { formatCount } from '../../base/format.ts';
import type { Example } from '../../data/example.ts';
import { answerForm } from '../../scoring/answer-form.ts';
import { Neighbours } from '../baselines/neighbours.ts';
import type { Asked } from '../../scoring/asked.ts';
import { describeTask } from './instruction.ts';

/** Solved rows shown at most; a model shows fewer where its context ends. */
const SHOTS = 8;

/** Prompts for rows, and their description in words. */
export interface Asker {
  ask: (example: Example) => Asked;
  note?: string;
}

export interface AskingRows {
  /** Solved rows that may be shown. */
  train: readonly Example[];
  /** Rows that show what answers look like. */
  typical: readonly Example[];
}

/**
 * `plain` asks as the rows stand; `prompted` with an instruction, the user's or one from the form of the answers;
 * `few_shot` with the nearest training rows, solved, before the question.
 * @throws AttuneError E_NOTHING_ASKED for rows of plain text, E_SHOTS_WANTED without rows to show
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
  // A training row is not shown itself, with its answer.
  const others = (example: Example) =>
    neighbours
      .nearest(example, shots + 1)
      .filter(({ id }) => id !== example.id)
      .slice(0, shots);
  return { ask: (example) => ({ example, instruction, shots: others(example) }), note };
}
