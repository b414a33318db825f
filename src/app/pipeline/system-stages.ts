import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { entryOf } from '../../base/table.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatNumber } from '../../base/format.ts';
import { inspectData, type Example } from '../../data/index.ts';
import { loadFormatters } from '../../jobs/rows/row-formatters.ts';
import { isWeightlessModel } from '../../answering/model/weightless.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { conclusionOf } from '../../evaluation/compare/conclusion.ts';
import { readAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { askedModel, isAskingWay } from '../../store/asking-ways.ts';
import type { Comparison } from '../../store/results.ts';
import { isRunFolder } from '../../store/run-folder.ts';
import { resultHash } from '../../store/result-files.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { advisedRecipe } from '../advise/advised-recipe.ts';
import { compareNamed } from '../compare/compare.ts';
import { lastWorkerEnded } from '../last-worker.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { resumeRun } from '../resume-run.ts';
import { readBudget } from '../search/search-budget.ts';
import { search } from '../search/search.ts';
import { shortPath } from '../terminal/short-path.ts';
import { train } from '../train.ts';
import { adviseStage, leftOutBy } from './advise-stage.ts';
import { dataFolder, dataStage, partOf, type DataOutput } from './data-stage.ts';
import type { Deployment } from './pipeline-file.ts';
import { keyOf, type Outputs, type Stage, type StageContext } from './stage.ts';

/** A finished system, or the reason why it cannot be built from these rows. */
export type SystemOutput = { run: string; result: string } | { skipped: string };

/** The system to use. */
export interface ChoiceOutput {
  system: string;
  run: string;
  result: string;
  outcome: string;
  advice: string;
}

/** A recipe's model, trained. */
const TUNE = 'tune';

type Planned = Pick<Awaited<ReturnType<typeof train>>, 'plan' | 'training'>;

export const systemStage = (system: string): string => `system ${system}`;

/** Errors which mean that a system does not suit the rows. */
const UNSUITED: ReadonlySet<string> = new Set([
  'E_CHEAP_UNFIT',
  'E_WRONG_ROWS',
  'E_NOTHING_ASKED',
  'E_TASK_UNSUPPORTED',
]);

/** Trains or fits one system as a run. */
export function makeSystem(system: string): Stage {
  return {
    name: systemStage(system),
    needs: [dataStage.name, adviseStage.name],
    inputs: ({ deployment }, before) => inputsOf(system, deployment, before),
    async run(context, before) {
      const { deployment } = context;
      const key = keyOf(systemStage(system), inputsOf(system, deployment, before));
      const output_dir = join(deployment.folder, 'runs', `${slug(system)}-${key.slice(0, 8)}`);
      const advised = leftOutBy(before, system);
      if (advised !== undefined) return leftOut(advised);
      try {
        const folder = await makeRun(system, await recipeOf(system, { deployment, output_dir }), context);
        const run = relative(deployment.folder, folder);
        const output = { run, result: await resultHash(resultFolder(folder)) };
        return { output, told: figure(readAssessment(folder, 'comparison')) ?? run };
      } catch (error) {
        if (!(error instanceof AttuneError) || !UNSUITED.has(error.code)) throw error;
        return leftOut(error.got === undefined ? error.what : `${error.what}: ${error.got}`);
      }
    },
    async estimate({ deployment, onEvent, signal }, before) {
      if (before.data === undefined || !existsSync(dataFolder(deployment))) return undefined;
      const recipe = await recipeOf(system, { deployment, output_dir: join(deployment.folder, 'runs', 'planned') });
      const planned = await train(recipe, { dryRun: true, onEvent, signal, handleSignals: false });
      if (planned.plan === undefined) return undefined;
      const seconds = secondsOf(planned, searchOf(system, deployment), deployment.price_per_hour);
      return { seconds, peakBytes: planned.plan.memory.peakBytes };
    },
    isThere: ({ deployment }, output: SystemOutput) =>
      'skipped' in output || isRunFolder(join(deployment.folder, output.run)),
  };
}

function leftOut(skipped: string): { output: SystemOutput; told: string } {
  return { output: { skipped }, told: `left out: ${skipped}` };
}

function inputsOf(system: string, deployment: Deployment, before: Outputs): unknown {
  const { recipe, gate, base } = deployment;
  const data = before.data as DataOutput | undefined;
  const budget = searchOf(system, deployment);
  const advised = leftOutBy(before, system);
  const more = { ...(budget && { search: budget }), ...(advised !== undefined && { leftOut: advised }) };
  return data && { model: modelOf(system, base), recipe, gate, data: data.hash, ...more };
}

/** Only training has settings to search for. */
function searchOf(system: string, deployment: Deployment): Deployment['search'] {
  return system === TUNE ? deployment.search : undefined;
}

/** A search takes its budget, and tokens as long as in one run. */
function secondsOf({ plan, training }: Planned, wanted: Deployment['search'], price?: number): number {
  const { seconds, tokens } = plan!;
  if (wanted === undefined) return seconds;
  const { unit, amount } = readBudget(wanted.budget, price);
  return unit === 'seconds' ? amount : (seconds * amount) / (tokens.input * (training?.epochs ?? 1));
}

/** A recipe's model: ways without a model use the base, `tune` trains it. */
function modelOf(system: string, base: string): string {
  if (system === TUNE) return base;
  return isAskingWay(system) ? `${system}:${base}` : system;
}

/** The system as a recipe; without an objective of its own, `tune` takes the usual one for the rows. */
async function recipeOf(
  system: string,
  { deployment, output_dir }: { deployment: Deployment; output_dir: string },
): Promise<Recipe> {
  const { recipe: own, gate, base } = deployment;
  const part = partOf(deployment);
  const { data = {}, ...settings } = own as { data?: object };
  const recipe = await resolveRecipe({
    report_to: [],
    ...settings,
    gate,
    model: modelOf(system, base),
    data: { ...data, train: part('train'), validation: part('validation'), test: part('test') },
    output_dir,
  });
  return system === TUNE && !('objective' in settings) ? advisedRecipe(recipe, await firstRows(recipe)) : recipe;
}

async function firstRows({ data: { train, format, columns }, references }: Recipe): Promise<readonly Example[]> {
  const given = { format: format ?? undefined, columns: columns ?? undefined };
  const formatters = await loadFormatters([format], references);
  return (await inspectData(train[0].path, { ...given, formatters })).examples;
}

/** Folder of the finished run: the recipe's, or that of the best trial of a search. */
async function makeRun(system: string, recipe: Recipe, context: StageContext): Promise<string> {
  const { deployment, onEvent, signal } = context;
  const wanted = searchOf(system, deployment);
  if (wanted === undefined) {
    await finishRun(recipe, context);
    return recipe.output_dir;
  }
  const output = { output: recipe.output_dir, hourly: deployment.price_per_hour };
  const { run } = await search(recipe, { ...wanted, ...output, onEvent, signal });
  return run;
}

/** Starts a run, or resumes one that was killed. */
async function finishRun(recipe: Recipe, { onEvent, signal }: StageContext): Promise<void> {
  const { output_dir: folder, model } = recipe;
  const options = { onEvent, signal, handleSignals: false };
  await lastWorkerEnded(folder, signal);
  const isBegun = isRunFolder(folder);
  const outcome =
    isBegun && !isWeightlessModel(model)
      ? await resumeRun(folder, (stored) => train(stored, { ...options, resume: true }))
      : await train(recipe, { ...options, overwrite: isBegun });
  if (outcome.outcome === 'stopped') throw new AttuneError('E_STOPPED', { what: `The run in ${folder} was stopped` });
}

/** "accuracy 0.93" */
function figure(comparison: Comparison | undefined): string | undefined {
  if (comparison === undefined) return undefined;
  const { metric, metrics, systems } = comparison;
  const { title } = metrics.find(({ name }) => name === metric)!;
  return `${title} ${formatNumber(entryOf(systems[0].values, metric).value, 3)} on the test rows`;
}

/** Compares all systems on the validation rows: the test rows are left for the gate. */
export function chooseStage(systems: readonly string[]): Stage {
  return {
    name: 'choose',
    inputs(_, before) {
      const made = systems.map((system) => before[systemStage(system)]);
      return made.includes(undefined)
        ? undefined
        : { systems: Object.fromEntries(systems.map((one, i) => [one, made[i]])) };
    },
    async run(context, before) {
      const made = systems.flatMap((system): MadeSystem[] => {
        const output = before[systemStage(system)] as SystemOutput;
        return 'skipped' in output ? [] : [{ system, ...output }];
      });
      if (made.length === 0) throw nothingMade(systems, before);
      // The most expensive system is the subject of the comparison: it has to be worth its cost.
      const ordered = made.toSorted((a, b) => cost(b.system) - cost(a.system));
      const output =
        ordered.length === 1 ? { ...ordered[0], outcome: 'only', advice: '' } : await judge(ordered, context);
      const { system, outcome, advice } = output;
      const unsure = `${system}, the best on the validation rows, but not with certainty`;
      return { output, told: outcome === 'unclear' ? unsure : advice || `${system}: the only system` };
    },
    isThere: ({ deployment }, { run }: ChoiceOutput) => existsSync(join(deployment.folder, run)),
  };
}

type MadeSystem = { system: string; run: string; result: string };

async function judge(
  ordered: readonly MadeSystem[],
  { deployment, onEvent, signal }: StageContext,
): Promise<ChoiceOutput> {
  const folders = ordered.map(({ run }) => join(deployment.folder, run));
  const asked = { split: 'validation', allowOverlap: true, onEvent, signal } as const;
  const { comparison } = await compareNamed(folders, asked);
  const { use, outcome, advice } = conclusionOf(comparison);
  const name = outcome === 'unclear' ? undefined : use;
  const { system, run, result } = ordered.find((one) => (name ?? bestOf(comparison)).endsWith(one.run))!;
  // Systems are named by their runs in the comparison.
  const told = ordered.reduce(
    (text, one) => text.replaceAll(shortPath(join(deployment.folder, one.run)), one.system),
    advice,
  );
  return { system, run, result, outcome, advice: told };
}

/** Cheap systems cost least, prompts some tokens more, training most. */
function cost(system: string): number {
  if (system === TUNE) return 2;
  return isAskingWay(system) || askedModel(system) !== undefined ? 1 : 0;
}

/** The best value if nothing is certain; the cheaper system on ties. */
function bestOf({ systems, metric, metrics }: Comparison): string {
  const sign = metrics.find(({ name }) => name === metric)?.better === 'lower' ? -1 : 1;
  const value = (one: Comparison['systems'][number]): number =>
    sign * (entryOf(one.values, metric)?.value ?? -Infinity);
  return systems.toReversed().reduce((best, next) => (value(next) > value(best) ? next : best)).name;
}

function nothingMade(systems: readonly string[], before: Outputs): AttuneError {
  return new AttuneError('E_NOTHING_TO_COMPARE', {
    what: 'None of the systems suits these rows',
    problems: systems.map((system) => ({
      field: system,
      message: (before[systemStage(system)] as { skipped: string }).skipped,
    })),
    fix: 'name others: systems: [tfidf, retrieved, tune]',
  });
}

function slug(system: string): string {
  return system.replaceAll(/[^\w.-]+/g, '-');
}
