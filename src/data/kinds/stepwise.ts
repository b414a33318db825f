import { plural } from '../../base/format.ts';
import { promptFields, readPrompt } from '../formats/answers.ts';
import type { Format } from '../formats/format.ts';
import { describeValue, type RowReader } from '../formats/row-reader.ts';
import { defineKind, type Provenance } from './kind.ts';
import { comparedText, spoken, turnsOf, type TextOrTurns } from './turns.ts';

/** An answer in judged steps, for process reward models. */
export interface StepwiseExample extends Provenance {
  kind: 'stepwise';
  prompt: TextOrTurns;
  /** The steps in order; at least one. */
  completions: readonly string[];
  /** Probability that each step is right: 1 or 0 for verdicts. */
  labels: readonly number[];
}

/** TRL's stepwise supervision: `{ prompt, completions, labels }`, the steps of an answer and their verdicts. */
const format: Format = {
  fields: [...promptFields, 'completions', 'labels'],
  recognise: (sample) => {
    const prompt = ['prompt', 'messages', 'conversations', 'instruction'].find((name) => sample.has(name));
    return prompt !== undefined && sample.has('completions', 'labels') ? [prompt, 'completions', 'labels'] : undefined;
  },
  read(row) {
    const prompt = readPrompt(row);
    const completions = readSteps(row);
    const labels = readLabels(row);
    if (prompt === undefined || completions === undefined || labels === undefined) return undefined;
    if (labels.length !== completions.length) {
      const got = `has ${plural(labels.length, 'labels')} for ${plural(completions.length, 'steps')}`;
      return row.problem('labels', got, 'give each step one label');
    }
    return { kind: 'stepwise', prompt, completions, labels };
  },
  readInput(row) {
    const [prompt, completions] = [readPrompt(row), readSteps(row)];
    if (prompt === undefined || completions === undefined) return undefined;
    return { kind: 'stepwise', prompt, completions, labels: completions.map(() => Number.NaN) };
  },
};

export const stepwise = defineKind<StepwiseExample, 'stepwise', 'steps'>({
  name: 'stepwise',
  formats: { stepwise: format },
  text: (example) => [comparedText(example.prompt), ...example.completions].join('\n'),
  question: (example) => comparedText(example.prompt),
  row: (example) => ({ prompt: example.prompt, completions: example.completions, labels: example.labels }),
  cut: 'end',
  prompt: (example) => spoken(example.prompt),
  answer: (example) => example.labels.map(verdictText).join(' '),
  turns: (example) => turnsOf(example.prompt),
  forms: {
    steps: {
      metrics: ['first_error_f1', 'step_accuracy', 'step_f1', 'step_auc'],
      inWords: 'verdicts on steps',
      hasLikelihood: false,
      hasOwnBaselines: true,
    },
  },
  objective: { name: 'prm', remark: 'a new head judges whether each step is right' },
  hasOtherNeeds: true,
  layout: 'steps',
});

/** Text of the verdict on a step. */
export function verdictText(right: number): string {
  return right >= 0.5 ? 'right' : 'wrong';
}

function readSteps(row: RowReader): string[] | undefined {
  const steps = readList(row, 'completions', 'steps')?.map((step, i) => readStep(row, `completions[${i}]`, step));
  return steps === undefined || steps.includes(undefined) ? undefined : (steps as string[]);
}

function readStep(row: RowReader, path: string, value: unknown): string | undefined {
  const text = row.checkText(path, value);
  return text?.trim() === '' ? row.problem(path, 'is empty', 'remove the step and its label') : text;
}

function readLabels(row: RowReader): number[] | undefined {
  const labels = readList(row, 'labels', 'verdicts')?.map((label, i) => readLabel(row, `labels[${i}]`, label));
  return labels === undefined || labels.includes(undefined) ? undefined : (labels as number[]);
}

/** A verdict, or a probability estimated by rollouts from the step. */
function readLabel(row: RowReader, path: string, value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  const got = `must be true, false, or a number from 0 to 1, not ${describeValue(value)}`;
  return row.problem(path, got, 'true for a right step, false for a wrong one');
}

function readList(row: RowReader, column: string, what: string): unknown[] | undefined {
  const value = row.json(column);
  if (value === undefined) return row.problem(column, 'is missing', `every row needs "${column}"`);
  if (!Array.isArray(value)) return row.problem(column, `must be a list of ${what}, not ${describeValue(value)}`);
  return value.length === 0 ? row.problem(column, 'is empty', 'delete the row') : value;
}
