import { readTextOrTurns } from './answers.ts';
import type { Format } from './format.ts';

/** Columns whose presence says that an answer is there under a name of its own. */
const ANSWERS = ['completion', 'completions', 'response', 'output', 'chosen'];

/** `{ prompt, … }`: prompts only; every other column goes to the reward functions. */
export const promptOnly: Format = {
  fields: ['prompt'],
  recognise: (sample) => (sample.has('prompt') && !ANSWERS.some((name) => sample.has(name)) ? ['prompt'] : undefined),
  read(row) {
    const value = readTextOrTurns(row, 'prompt');
    if (value === undefined) return undefined;
    const others = row.columns.filter((column) => column !== 'prompt');
    return {
      kind: 'prompt',
      prompt: value,
      columns: Object.fromEntries(others.map((column) => [column, row.value(column)])),
    };
  },
};
