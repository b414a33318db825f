import { readAssessment, writeAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { resolve } from 'node:path';
import { rowsWanted } from '../../evaluation/compare/sampled-rows.ts';
import { AttuneError } from '../../base/errors.ts';
import type { DataSource } from '../../data/index.ts';
import { isCheapFolder } from '../../answering/baselines/cheap-names.ts';
import { isPromptedFolder, readPrompting } from '../../answering/prompting/kept-prompting.ts';
import { promptingSchema } from '../../methods/recipe/recipe-prompting.ts';
import { openCheapModel } from '../../evaluation/cheap-model.ts';
import type { Compared } from '../../evaluation/compare/compare.ts';
import { withOtherWords } from '../../evaluation/wording/recommendation.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { writeSamples } from '../../store/samples.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { runJob } from '../../jobs/worker/index.ts';
import type { SystemSpec } from '../../jobs/compare/systems/system-spec.ts';
import { rememberedShapes } from '../../jobs/rows/remembered-shapes.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import {
  usualBaseline,
  usualCheapSystems,
  usualPromptedSystems,
  usualSystems,
} from '../../jobs/compare/usual-systems.ts';
import { withRowFiles } from '../rows/temporary-rows.ts';
import { reportRun } from '../report/index.ts';
import { storedRecipe } from '../stored-run.ts';
import type { CompareOptions } from './compare-options.ts';
import { countOwnRows } from './own-rows.ts';
import { namedSystem, ownRun, type NamedSystem } from './systems.ts';
import type { ComparedSystems } from '../use-cases/compare.ts';

/**
 * Compares the first system with the others on the same rows. A run alone is compared again with its recipe's
 * systems, and its report is rewritten; its verdict also takes rows of the user into account.
 * @throws AttuneError errors of rows, models and endpoints
 */
export async function compare(systems: readonly string[], options: CompareOptions = {}): Promise<ComparedSystems> {
  const run = systems.length > 1 ? undefined : await ownRun(systems[0]);
  const compared = run === undefined ? await compareNamed(systems, options) : await compareRun(run, options);
  const isOwn = options.data === undefined && (options.split ?? 'test') === 'test';
  const folder = options.output ?? (isOwn ? run : undefined);
  if (folder === undefined) {
    const isCounted = run !== undefined && options.data !== undefined && countOwnRows(run, compared.comparison);
    if (isCounted) await reportRun(run);
    return isCounted ? { ...compared, counted: run } : compared;
  }
  makeFolders(folder);
  const wording = folder === run ? readAssessment(run, 'wording') : undefined;
  const { comparison } = compared;
  writeAssessment(folder, 'comparison', wording === undefined ? comparison : withOtherWords(comparison, wording));
  writeSamples(folder, compared.samples);
  if (folder === run) await reportRun(folder);
  return { ...compared, folder: resolve(folder) };
}

/** Compares systems given by name; the first one is the subject. */
export async function compareNamed(systems: readonly string[], options: CompareOptions): Promise<Compared> {
  const { specs, recipes } = await resolveSystems(systems, options);
  return runComparison(specs, recipes, options);
}

/** Resolves names to systems, and loads the recipes of the runs among them. */
export async function resolveSystems(
  systems: readonly string[],
  options: CompareOptions,
): Promise<{ specs: SystemSpec[]; recipes: Recipe[] }> {
  const { instruction, prompting, endpoint = {} } = options;
  const naming = { instruction, prompting: promptingSchema.parse(prompting ?? {}), endpoint };
  refuseTwins(systems);
  // Sequentially, since looking up a run opens the index, and concurrent lookups would lock each other out.
  const named: NamedSystem[] = [];
  for (const text of systems) named.push(await namedSystem(text, naming));
  const specs = named.map(({ spec }) => spec);
  refuseIdle(specs, options);
  const runs = [...new Set(named.flatMap(({ run }) => run ?? []))];
  return { specs, recipes: await Promise.all(runs.map((run) => storedRecipe(run))) };
}

function refuseTwins(systems: readonly string[]): void {
  const twin = systems.find((text, place) => systems.indexOf(text) !== place);
  if (twin === undefined) return;
  throw new AttuneError('E_SYSTEM_TWICE', { what: `${twin} is named twice`, fix: 'give each system once' });
}

/** Rejects options that have no effect on the named systems. */
function refuseIdle(specs: readonly SystemSpec[], options: CompareOptions): void {
  const { baselines, instruction, precision, endpoint = {} } = options;
  const hasFile = options.data !== undefined || options.trainData !== undefined;
  const layout = (['format', 'columns'] as const).filter((name) => options[name] !== undefined && !hasFile);

  const isTold = specs.some((spec) => 'asking' in spec && spec.asking.how !== 'plain');
  const opensModel = specs.some((spec) => spec.source === 'model');
  const asksEndpoint = specs.some(({ source }) => source === 'endpoint');
  const limits = Object.entries(endpoint).filter(([, value]) => value !== undefined && !asksEndpoint);
  const problems = [
    ...(baselines === undefined
      ? []
      : [{ field: 'baselines', message: 'only applies to a run by itself', fix: 'name each baseline as a system' }]),
    ...(instruction === undefined || isTold
      ? []
      : [{ field: 'instruction', message: 'has no effect', fix: 'add prompted:MODEL or few_shot:MODEL' }]),
    ...Object.keys(options.prompting ?? {}).flatMap((field) =>
      isTold ? [] : [{ field, message: 'has no effect', fix: 'add retrieved:MODEL or searched:MODEL' }],
    ),
    ...(precision === undefined || opensModel
      ? []
      : [{ field: 'precision', message: 'no model is opened in this comparison', fix: 'remove it' }]),
    ...layout.map((field) => ({ field, message: 'only applies to a file of rows', fix: 'give the file: --data FILE' })),
    ...limits.map(([field]) => ({
      field,
      message: 'there is no endpoint to compare with',
      fix: 'add https://HOST/v1#MODEL',
    })),
  ];
  if (problems.length > 0) throw new AttuneError('E_OPTION_IDLE', { what: 'These options have no effect', problems });
}

/** Compares a run with the systems of its recipe, or with `baselines` instead. */
async function compareRun(run: string, options: CompareOptions): Promise<Compared> {
  const recipe = await storedRecipe(run);
  const { evaluation } = recipe;
  const baselines = options.baselines?.map(usualBaseline) ?? evaluation.baselines;
  const instruction = options.instruction ?? evaluation.instruction;
  const prompting = promptingSchema.parse({ ...recipe.prompting, ...options.prompting });
  const specs = await systemsOf(run, { evaluation: { ...evaluation, baselines, instruction }, prompting });
  refuseIdle(specs, { ...options, baselines: undefined, instruction: undefined, prompting: undefined });
  return runComparison(specs, [recipe], options);
}

async function systemsOf(run: string, judged: Pick<Recipe, 'evaluation' | 'prompting'>): Promise<SystemSpec[]> {
  const folder = resultFolder(run);
  if (isPromptedFolder(folder)) return usualPromptedSystems(judged, run, readPrompting(folder));
  if (!isCheapFolder(folder)) return usualSystems(judged, run);
  return usualCheapSystems(folder, (await openCheapModel(folder)).about);
}

function runComparison(
  systems: readonly SystemSpec[],
  recipes: readonly Recipe[],
  options: CompareOptions,
): Promise<Compared> {
  const { data, trainData, split = 'test', allowOverlap = false, strict, onEvent, signal } = options;
  const [recipe] = recipes;
  const { maxRows, seed, ...measured } = measuring(recipe, options);
  const known = rememberedShapes(systems.flatMap(trainedTarget));
  const { keepSeen = recipe?.evaluation.exclude_seen === false } = options;
  return withRowFiles({ data, trainData }, options, async (files) => {
    const [own, fitted] = (['data', 'trainData'] as const).map((name) =>
      source(files.paths[name], { ...options, mediaFolder: files.mediaFolder(name) }),
    );
    const rows = { data: own, train: fitted, known, split, recipes, allowOverlap, strict, maxRows, seed };
    const input = { systems, rows, keepSeen, ...measured };
    const compared = await runJob({ job: 'compare', input, onEvent, signal });
    const { comparison } = compared;
    return { ...compared, comparison: { ...comparison, split: files.names.get(comparison.split) ?? comparison.split } };
  });
}

/** The run or model whose training rows define the format of the other rows. */
function trainedTarget(system: SystemSpec): string[] {
  if (system.source === 'model') return [system.target];
  return system.source === 'kept' ? [system.folder] : [];
}

/** Converts a file to a source of rows. */
export function source(
  path: string | undefined,
  { format, columns, mediaFolder }: Pick<CompareOptions, 'format' | 'columns'> & { mediaFolder?: string } = {},
): DataSource | undefined {
  return path === undefined ? undefined : { path, format, columns, mediaFolder };
}

/** Settings of the measurement, from the options or the first run's recipe. */
export function measuring(recipe: Recipe | undefined, options: CompareOptions) {
  const { maxRows = rowsWanted(recipe?.evaluation.max_rows ?? 'auto'), seed = recipe?.training.seed ?? 0 } = options;
  const own = recipe?.evaluation.metrics;
  const room = recipe?.evaluation.max_new_tokens;
  const metrics = options.metrics ?? (own === 'auto' ? undefined : own);
  const { maxNewTokens = room === 'auto' ? undefined : room } = options;
  return { maxRows, seed, metrics, references: recipe?.references, maxNewTokens, precision: options.precision };
}
