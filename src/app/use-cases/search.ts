import type { RecipeFlags, RecipeInput } from '../recipe/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { Comparison } from '../../store/results.ts';
import type { Budget } from '../search/search-budget.ts';
import type { Lead } from '../search/corrected-lead.ts';
import type { RungReached } from '../search/journal.ts';
import type { Value, Values } from '../search/space.ts';
import { withCall } from '../terminal/with-progress.ts';
import { defineUseCase } from './use-case.ts';

export interface SearchedTrial {
  trial: number;
  /** 0: the recipe's own settings; 1: learning rates; 2: rank and epochs; 3: the rest. */
  stage: number;
  /** Changed settings by path. */
  settings: Values;
  /** Share of the run that was trained. */
  until: number;
  /** Lowest validation loss; absent if it failed. */
  loss?: number;
  failure?: string;
  seconds: number;
  tokens: number;
}

export interface Searched {
  folder: string;
  /** The winner's run: an ordinary one, with its verdict on the test rows. */
  run: string;
  winner: number;
  /** Its changed settings; empty if the recipe's own were best. */
  settings: Values;
  reason: string;
  budget: Budget & { spent: number };
  trials: SearchedTrial[];
  /** Reduction of validation loss from the recipe's own settings, corrected for the number of trials. */
  lead?: Lead;
  /** Importance of each setting; the shares sum to 1. Absent with few trials. */
  mattered?: Record<string, number>;
  varied: { path: string; usual: Value; values: Value[]; isContinuous: boolean }[];
  comparison?: Comparison;
  /** The page. */
  report: string;
}

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'search for better settings of a recipe within a budget: learning rate, rank, epochs, targets',
  arguments: ({ z, argumentOr }) => [
    argumentOr('recipe', 'RECIPE', 'a .yaml, .json or .ts file', z.custom<RecipeInput | Recipe>()),
  ],
  options: ({ required, text, texts, number, count, flag, inMemory }) => ({
    budget: required(text('BUDGET', 'most that all trials may cost: 10m, 2h, 500k tokens, 2M tokens, $5')),
    hourly: number('PRICE', 'price of an hour of this machine, for a budget of money', { least: 0, isAbove: true }),
    vary: texts('KEY[=VALUES]', 'vary only these: learning_rate, learning_rate=1e-5..1e-3, tuning.r=8,16, model=a,b'),
    trials: count('N', 'most trials (64)'),
    output: text('FOLDER', 'folder of the search (default: the output folder of the recipe, with -search)'),
    inProcess: flag('train in this process, for debugging'),
    flags: inMemory<RecipeFlags>("settings that override the recipe's"),
    onTrial: inMemory<(rung: RungReached) => void>('receives every trial that reached a rung or failed'),
  }),
  takesRecipe: true,
  effects: ['computes', 'writes-runs', 'fetches'],
  examples: [
    'search tickets.yaml --budget 10m',
    'search tickets.yaml --budget "2M tokens" --vary learning_rate --vary tuning.r=8,16,32',
    'search tickets.yaml --budget "$5" --hourly 1.20',
  ],
  async run({ recipe, ...options }, call): Promise<Searched> {
    const { search } = await import('../search/search.ts');
    return search(recipe, { ...options, ...call });
  },
  async inTerminal({ recipe, ...options }, console): Promise<Searched> {
    const [{ search }, { rungLine }] = await Promise.all([import('../search/search.ts'), import('./text/search.ts')]);
    const onTrial = (rung: RungReached): void => console.log.line(rungLine(rung, console.log.colours));
    return withCall(console, 'saving, then stopping; the same command resumes it', (call) =>
      search(recipe, { ...options, onTrial, ...call }),
    );
  },
  async render(found, terminal) {
    const { describeSearch } = await import('./text/search.ts');
    return describeSearch(found, terminal);
  },
});
