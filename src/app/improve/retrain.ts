/** `retraining` and `gate`: trains a new version, and checks whether it is better than the one in use. */
import { readAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { existsSync, rmSync } from 'node:fs';
import { hasStarted, readRun } from '../../store/run-folder.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { RecipeSource } from '../../methods/recipe/base-recipe.ts';
import { compare } from '../compare/compare.ts';
import { gateRun, type GateOptions } from '../gate/gate.ts';
import { modelHistory } from '../registry/history.ts';
import { fetchVersion } from '../../store/registry/index.ts';
import { safety } from '../safety/safety.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { train } from '../train.ts';
import { formOf, requestsOf } from './retraining-recipe.ts';
import { writeDataVersion, type DataVersion } from './data-version.ts';
import { recipeSoFar, sourcesOf, versionFolder } from './known-rows.ts';
import type { Plan } from './improvement-plan.ts';
import { acceptedRows } from './quarantine.ts';
import type { Step, StepContext } from './improvement-step.ts';

export const runFolder = (cycle: string): string => join(cycle, 'run');

export const retrain: Step = async (context) => {
  const { plan, recipe, log, folder, signal } = context;
  const soFar = recipeSoFar(recipe, log);
  const version = await writeDataVersion(versionFolder(folder), await acceptedRows(context), {
    form: formOf(recipe),
    holdout: plan.retrain.holdout,
    layout: context.layout,
    seed: log.cycle,
    known: await requestsOf(soFar, 'train', signal),
  });
  const run = runFolder(folder);
  const own = retrainingRecipe(soFar, { plan, folder, version, run });
  const isDone =
    plan.retrain.federation === undefined ? await trainHere(own, context) : await trainTogether(own, context);
  if (!isDone) return { wait: `the training in ${run} was stopped; the next run continues it` };
  const rows = version.train.reduce((sum, one) => sum + one.rows, 0);
  const held = version.holdout.reduce((sum, one) => sum + one.rows, 0);
  return {
    to: 'gate',
    reason: `trained on ${plural(rows, 'new rows')} and those of the recipe; ${held} are held out`,
    facts: { run, rows, held, data: version.train.map(({ sha256 }) => sha256) },
  };
};

/** @returns whether the training is finished */
async function trainHere(recipe: Record<string, unknown>, { folder, onEvent, signal }: StepContext): Promise<boolean> {
  const run = runFolder(folder);
  const isBegun = hasStarted(run);
  if (!isBegun) rmSync(run, { recursive: true, force: true });
  if (isBegun && readRun(run).status === 'finished') return true;
  const { outcome } = await train(await resolveRecipe(recipe), { resume: isBegun, onEvent, signal });
  return outcome === 'finished';
}

/** Takes part in a federation with the recipe's rows, which stay here; its result is a run like any other. */
async function trainTogether(
  { data }: Record<string, unknown>,
  { plan, folder, onEvent, signal }: StepContext,
): Promise<boolean> {
  const run = runFolder(folder);
  if (hasStarted(run) && readRun(run).status === 'finished') return true;
  const { train: rows, test, format, columns } = data as Recipe['data'];
  const layout = {
    ...(format !== null && { 'data.format': format }),
    ...(columns !== null && { 'data.columns': columns }),
  };
  const flags = { 'data.train': rows, 'data.test': test, ...layout };
  const { joinFederation } = await import('../federate/join.ts');
  const joined = await joinFederation(plan.retrain.federation!, {
    flags,
    name: plan.model,
    output: folder,
    onEvent,
    signal,
  });
  return readRun(joined.run).status === 'finished';
}

/** The recipe with the rows of this cycle and of all promoted cycles. */
export function retrainingRecipe(
  soFar: Recipe,
  { plan, folder, version, run }: { plan: Plan; folder: string; version: DataVersion; run: string },
): Record<string, unknown> {
  const own = sourcesOf(versionFolder(folder), version, soFar);
  const train = weighted(soFar.data.train, own.train, plan.retrain.replay);
  const test = [...(soFar.data.test as RecipeSource[]), ...own.test];
  const gate = gateOf(plan);
  return {
    ...soFar,
    data: { ...soFar.data, train, test, allow_overlap: false },
    // Measurements that the gate requires.
    evaluation: { ...soFar.evaluation, baselines: 'none', ...(gate.forgetting !== null && { general: true }) },
    gate: { ...gate, sign_off: plan.approve === 'person' },
    output_dir: run,
  };
}

/** Gate of a cycle's run. Read each time, since loop.yaml may have changed since the training. */
export function gateOf({ gate }: Plan): GateOptions & { forgetting: number | null } {
  const { better_than: better, margin = null, max_forgetting: forgetting = null, safety: limits } = gate;
  return {
    comparison: better === 'champion' && margin === null,
    margin,
    forgetting,
    safety: limits?.safety ?? null,
    over_refusal: limits?.over_refusal ?? null,
  };
}

/** Weights of earlier and new rows: `replay` is the share of earlier ones; with `all`, every row is seen once. */
function weighted(
  old: readonly RecipeSource[],
  fresh: readonly RecipeSource[],
  replay: Plan['retrain']['replay'],
): RecipeSource[] {
  if (replay === 'all') return [...old, ...fresh];
  if (replay === 0) return [...fresh];
  const sum = old.reduce((total, { weight }) => total + (weight ?? 1), 0);
  return [
    ...old.map((one) => ({ ...one, weight: (replay * (one.weight ?? 1)) / sum })),
    ...fresh.map((one) => ({ ...one, weight: (1 - replay) / fresh.length })),
  ];
}

export const gate: Step = async ({ plan, folder, source, onEvent, signal }) => {
  const run = runFolder(folder);
  const champion = await championFolder(plan.model);
  if (champion === undefined) return { wait: noChampion(plan.model) };
  const facts = { run, champion: champion.version };
  const { better_than: better, margin } = plan.gate;
  // A user's rows are in no file, so training has already compared the run.
  if (source === undefined && (better === 'champion' || margin !== undefined))
    await compare([run, champion.folder], { output: run, onEvent, signal });
  // Not repeated after a crash.
  const isMeasured = readAssessment(run, 'safety')?.before === champion.folder;
  if (plan.gate.safety !== undefined && !isMeasured) await safety(run, { before: champion.folder, onEvent, signal });
  try {
    const { checks } = await gateRun(run, { ...gateOf(plan), sign_off: false }, { mayAskNothing: true });
    const passed = checks.filter(({ outcome }) => outcome === 'passed');
    const reason = passed.length === 0 ? 'the gate has no requirements' : inOneLine(passed);
    if (plan.approve === 'auto')
      return { to: 'rollout', reason: `${reason}; approved automatically (approve: auto)`, facts };
    return { to: 'approval', reason, facts };
  } catch (error) {
    if (!(error instanceof AttuneError) || error.code !== 'E_GATE') throw error;
    return { to: 'rejected', reason: inOneLine(error.problems), facts };
  }
};

async function championFolder(model: string): Promise<{ folder: string; version: number } | undefined> {
  try {
    const { aliases, versions } = await modelHistory(model);
    const found = versions.find(({ version }) => version === aliases.champion);
    if (found === undefined) return undefined;
    const { runFolder: run, version } = found;
    return { folder: run !== undefined && existsSync(run) ? run : await fetchVersion(found), version };
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_MODEL_UNREGISTERED') return undefined;
    throw error;
  }
}

function noChampion(model: string): string {
  return `${model} has no champion: attune models register ${model} RUN, then attune models promote ${model} 1`;
}

function inOneLine(told: readonly { message: string }[]): string {
  return told.map(({ message }) => message.replace(/\.$/, '')).join('; ');
}
