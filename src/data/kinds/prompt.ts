import { readTextOrTurns } from '../formats/answers.ts';
import type { Format } from '../formats/format.ts';
import { defineKind, type Provenance } from './kind.ts';
import { comparedText, spoken, turnsOf, type TextOrTurns } from './turns.ts';

/** A prompt without an answer, for rollouts. Other columns are passed to the reward functions. */
export interface PromptExample extends Provenance {
  kind: 'prompt';
  prompt: TextOrTurns;
  columns: Record<string, unknown>;
}

/** Columns that contain an answer under another name. */
const ANSWERS = ['completion', 'completions', 'response', 'output', 'chosen'];

/** `{ prompt, … }`: prompts only; every other column is passed to the reward functions. */
const format: Format = {
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

export const prompt = defineKind<PromptExample, 'prompt_only'>({
  name: 'prompt',
  formats: { prompt_only: format },
  text: (example) => comparedText(example.prompt),
  cut: 'prompt',
  prompt: (example) => spoken(example.prompt),
  answer: () => undefined,
  turns: (example) => turnsOf(example.prompt),
  isPrompt: true,
  layout: 'prompt',
});
