import type { RecipeFlags } from '../recipe/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { withCall } from '../terminal/with-progress.ts';
import { roleFields } from './shared/columns-field.ts';
import { defineUseCase } from './use-case.ts';
import type { LearningCurve } from '../../evaluation/advice/learning-curve.ts';
import type { Recommendation } from '../../evaluation/advice/advised-system.ts';
import type { Comparison } from '../../store/results.ts';

export interface Advice {
  rows: { train: number; validation: number; test: number };
  /** Kind of answers: classes, json, short, long, text. */
  answers: string;
  /** Comparison on the test rows. */
  comparison: Comparison;
  curve: LearningCurve;
  recommendation: Recommendation;
}

export interface Advised extends Advice {
  /** Command that keeps the recommended system, if a system is recommended. */
  keep?: string;
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'find out what the data can do: cheap baselines, prompting, fine-tuning, more rows',
  arguments: ({ z, argumentOr }) => [
    argumentOr('data', 'DATA', 'a file, folder or glob of rows with answers, or a recipe', z.custom<Recipe>()),
  ],
  options: (fields) => ({
    ...roleFields(fields),
    flags: fields.inMemory<RecipeFlags>("settings that override the recipe's"),
    withModel: fields.inMemory<boolean>(
      "also tune the recipe's model on growing parts of the rows (if flags set a model)",
    ),
  }),
  takesRecipe: true,
  effects: ['computes'],
  examples: [
    'advise tickets.jsonl',
    'advise tickets.yaml',
    'advise tickets.csv --columns "{text: [subject, body], label: queue}"',
    'advise tickets.csv --text-column subject,body --label-column queue',
    'advise tickets.jsonl --model attune-base --epochs 1',
  ],
  async run({ data, ...options }, call): Promise<Advised> {
    const { advise } = await import('../advise/advise.ts');
    return advise(data, { ...options, ...call });
  },
  async inTerminal({ data, flags = {}, ...roles }, console): Promise<Advised> {
    const { advise } = await import('../advise/advise.ts');
    // Without a model, everything is computed in this process and nothing is written, so Ctrl-C may end it
    // immediately.
    const stopping = 'model' in flags ? 'stopping' : undefined;
    return withCall(console, stopping, (call) => advise(data, { flags, ...roles, ...call }));
  },
  async render(advice, terminal) {
    const { describeAdvice } = await import('./text/advice.ts');
    return describeAdvice(advice, terminal);
  },
});
