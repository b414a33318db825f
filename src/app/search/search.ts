import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { displayPath } from '../../files/find-files.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { lockRun } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { pullForRecipe } from '../pull.ts';
import { recipeKeys, resolveRecipe, resolveRecipeFile, type RecipeInput } from '../recipe/index.ts';
import { holdRecipeRows, RecipeRows } from '../rows/recipe-rows.ts';
import { train } from '../train.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import type { Searched, useCase } from '../use-cases/search.ts';
import { readBudget, type Budget } from './search-budget.ts';
import { decide, type Plan } from './next-trial.ts';
import { ladderOf } from './halving.ts';
import { SearchJournal } from './journal.ts';
import { searchPage } from './search-page.ts';
import { chosenKeys, dimensionsOf, readWish, type Values } from './space.ts';
import { summarise } from './summarise.ts';
import { runTrial } from './trial-run.ts';

export type SearchOptions = CallOptions<typeof useCase>;

/** Rungs at a sixteenth, a quarter and the whole of a run; a quarter of the trials continue from each. */
const LADDER = ladderOf(4, 3);
const MOST_TRIALS = 64;
const SUMMARY = 'search.json';

/**
 * Searches for better settings of a recipe. Interrupted at any moment, the same call continues where it stopped.
 * @throws AttuneError E_RECIPE, E_SEARCH_SPACE, E_SEARCH_CHANGED, E_SEARCH_UNFIT, E_USAGE, and errors of training the
 * recipe itself
 */
export async function search(wanted: string | RecipeInput | Recipe, options: SearchOptions): Promise<Searched> {
  const budget = readBudget(options.budget, options.hourly);
  const held = typeof wanted === 'string' ? wanted : ((await holdRecipeRows(wanted)) as RecipeInput);
  const resolveWith = (values: Values) => resolveWanted(held, { ...options.flags, ...values });
  const own = await resolveWith({});
  refuseUnfit(own);
  const folder = resolve(options.output ?? `${own.output_dir}-search`);
  makeFolders(folder);
  const lock = lockRun(folder);
  const rows = new RecipeRows({ ...own, output_dir: folder });
  rows.write();
  const journal = new SearchJournal(folder);
  try {
    const searching = new Search({ folder, budget, journal, options, own: rows.recipe, resolveWith });
    await searching.begin();
    return await searching.run();
  } catch (error) {
    throw rows.failure(error);
  } finally {
    journal.close();
    lock.release();
  }
}

function resolveWanted(wanted: string | RecipeInput, flags: Values | Record<string, unknown>): Promise<Recipe> {
  return typeof wanted === 'string' ? resolveRecipeFile(wanted, { flags }) : resolveRecipe(wanted, { flags });
}

function refuseUnfit({ model, data }: Recipe): void {
  const problem = isCheapModel(model)
    ? `${model} is fitted at once, without steps`
    : data.validation === 0
      ? 'its data has no validation rows, by which trials are compared'
      : undefined;
  if (problem === undefined) return;
  throw new AttuneError('E_SEARCH_UNFIT', {
    what: `This recipe cannot be searched: ${problem}`,
    fix: 'name a model that is trained in steps, and a share for data.validation',
  });
}

interface Parts {
  folder: string;
  budget: Budget;
  journal: SearchJournal;
  options: SearchOptions;
  /** The recipe itself, with its rows in the search's folder. */
  own: Recipe;
  resolveWith(values: Values): Promise<Recipe>;
}

class Search {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Records the recipe and the varied settings, or checks that they are the same as before. @throws AttuneError E_SEARCH_CHANGED */
  async begin(): Promise<void> {
    const { journal, own, options, folder } = this.#parts;
    const wishes = (options.vary ?? []).map(readWish);
    const { trials: mostTrials = MOST_TRIALS } = options;
    chosenKeys(own, await recipeKeys(), wishes);
    const begun = { type: 'begun', recipe: own, wishes, seed: own.training.seed, mostTrials } as const;
    if (journal.begun === undefined) return journal.add(begun);
    if (JSON.stringify(begun) === JSON.stringify(journal.begun)) return;
    throw new AttuneError('E_SEARCH_CHANGED', {
      what: `The search in ${displayPath(folder, process.cwd())} was started with another recipe or other settings to vary`,
      fix: 'choose another folder: --output FOLDER',
    });
  }

  /** Runs trials until the budget is spent, then finishes and evaluates the best one. */
  async run(): Promise<Searched> {
    const { journal, own, options, budget, folder } = this.#parts;
    const { onEvent = () => undefined, signal = new AbortController().signal, onNotice } = options;
    const before = join(folder, SUMMARY);
    if (existsSync(before)) {
      onNotice?.('this search has ended, and its test rows have been used: --output FOLDER starts another');
      return readJson<Searched>(before);
    }
    if (journal.ended === undefined) await pullForRecipe(own, { emit: onEvent, signal });
    if (journal.rungs.length === 0) await this.#climb(0, { stage: 0, values: {} });
    const plan = await this.#plan();
    while (journal.ended === undefined) {
      const trials = journal.trials(budget.unit);
      const decision = decide(plan, trials);
      if (decision.kind === 'end') journal.add({ type: 'ended', winner: decision.winner, reason: decision.reason });
      else if (decision.kind === 'start') await this.#climb(trials.length, decision);
      else await this.#climb(decision.trial, trials[decision.trial]);
    }
    return this.#finish(plan, journal.ended.winner);
  }

  async #plan(): Promise<Plan> {
    const { journal, own, budget } = this.#parts;
    const { wishes, seed, mostTrials } = journal.begun!;
    const dimensions = dimensionsOf(own, journal.rungs[0].settled!, chosenKeys(own, await recipeKeys(), wishes));
    return { dimensions, ladder: LADDER, budget: budget.amount, seed, mostTrials };
  }

  /** Trains a trial to its next rung and records what it reached. */
  async #climb(trial: number, { stage, values }: { stage: number; values: Values }): Promise<void> {
    const { journal, options } = this.#parts;
    const reached = journal.rungs.filter((rung) => rung.trial === trial).length;
    const recipe = await this.#recipeOf(trial, values);
    const until = LADDER.rungs[reached];
    const rung = await runTrial(recipe, {
      ...options,
      until,
      earlier: journal.rungs.filter((one) => one.trial === trial),
    });
    if (trial === 0 && rung.error !== undefined) throw rung.error;
    const { error: _, ...facts } = rung;
    journal.add({ type: 'rung', trial, stage, values, until, ...facts });
    options.onTrial?.(journal.rungs.at(-1)!);
  }

  async #recipeOf(trial: number, values: Values): Promise<Recipe> {
    const { folder, own, resolveWith } = this.#parts;
    const recipe = await resolveWith(values);
    const output_dir = join(folder, 'trials', String(trial).padStart(3, '0'));
    // Trials are validated at the rungs only.
    const evaluation = { ...recipe.evaluation, every: LADDER.rungs.slice(0, -1), patience: null };
    return { ...recipe, data: own.data, evaluation, report_to: [], output_dir };
  }

  /** Finishes the winner as an ordinary run: the only time that test rows are used. */
  async #finish(plan: Plan, winner: number): Promise<Searched> {
    const { journal, folder, options, budget } = this.#parts;
    const trials = journal.trials(budget.unit);
    const recipe = await this.#recipeOf(winner, trials[winner].values);
    const { onEvent, signal, inProcess } = options;
    const found = await train(recipe, { resume: true, onEvent, signal, inProcess });
    if (found.outcome !== 'finished') throw stopped(folder);
    for (const number of trials.keys()) {
      const { checkpoints } = runPaths(join(folder, 'trials', String(number).padStart(3, '0')));
      if (number !== winner && existsSync(checkpoints)) rmSync(checkpoints, { recursive: true });
    }
    const summary = summarise({ plan, journal, budget, folder, found });
    writeFileAtomic(join(folder, 'search.html'), searchPage(summary, journal.rungs));
    writeJson(join(folder, SUMMARY), summary);
    return summary;
  }
}

function stopped(folder: string): AttuneError {
  return new AttuneError('E_STOPPED', {
    what: 'The search was stopped',
    fix: `continue with the same command, in ${displayPath(folder, process.cwd())}`,
  });
}
