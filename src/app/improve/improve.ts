import { AttuneError } from '../../base/errors.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { TraceStore } from '../../monitoring/index.ts';
import type { Hold } from '../../monitoring/quarantine/checks.ts';
import type { useCase, Improvement } from '../use-cases/improve-run.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { modelHistory } from '../registry/history.ts';
import { baseRecipe, formOf, rowLayout } from './retraining-recipe.ts';
import { collect } from './collect.ts';
import { cycleFolder, DecisionLog, ends, readDecisions, type Decision, type State } from './improvement-decisions.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { readPlan, type Plan } from './improvement-plan.ts';
import { rememberLoop } from './erase-rows.ts';
import { heldRows, quarantine, review } from './quarantine.ts';
import { gate, retrain } from './retrain.ts';
import { approval, rollOut } from './roll-out.ts';
import type { Step, StepContext } from './improvement-step.ts';

export const steps: Readonly<Record<Exclude<State, 'promoted' | 'rejected' | 'stopped'>, Step>> = {
  collecting: collect,
  quarantine,
  review,
  retraining: retrain,
  gate,
  approval,
  rollout: rollOut,
};

export type ImproveOptions = CallOptions<typeof useCase>;

/**
 * Improves a model in use as far as possible now: from feedback through quarantine, review, retraining and gate to
 * its rollout. Stops when it has to wait for rows, a person or a trial; the next call resumes, also after a crash.
 * @throws AttuneError E_CONTINUOUS, E_IMPROVE_BUSY, E_MODEL_UNREGISTERED, and errors of training and comparing
 */
export async function improve(file: string, options: ImproveOptions = {}): Promise<Improvement> {
  const { plan, recipe } = await planned(file);
  makeFolders(plan.folder);
  rememberLoop(plan);
  const lock = lockLoop(plan.folder);
  const log = new DecisionLog(plan.folder);
  const store = await TraceStore.open();
  try {
    const first = log.decisions.length;
    beginCycle(log, options);
    const { onEvent = () => undefined, signal = new AbortController().signal } = options;
    const layout = await rowLayout(recipe, signal);
    const about = { plan, recipe, layout, log, store, onEvent, signal, now: () => Date.now() };
    const waitsFor = await runSteps(steps, about, options.onDecision);
    const { cycle, state } = log;
    const reached = { model: plan.model, folder: plan.folder, cycle, state, decisions: log.decisions.slice(first) };
    return { ...reached, ...(waitsFor !== undefined && { waitsFor }) };
  } finally {
    await store.close();
    log.close();
    lock.release();
  }
}

/** Goes through the states of the current cycle as far as possible. @returns the reason for waiting; undefined at its end */
export async function runSteps(
  table: typeof steps,
  about: Omit<StepContext, 'folder'>,
  onDecision?: (decision: Decision) => void,
): Promise<string | undefined> {
  const { log, signal } = about;
  while (!ends.has(log.state)) {
    signal.throwIfAborted();
    const folder = cycleFolder(log.folder, log.cycle);
    makeFolders(folder);
    const outcome = await table[log.state as keyof typeof steps]({ ...about, folder });
    if ('wait' in outcome) return outcome.wait;
    const decision = log.add(outcome.to, outcome.reason, outcome.facts);
    onDecision?.(decision);
  }
  return undefined;
}

/** Reports mistakes before waiting: a mistyped model would never receive any rows. */
export async function planned(file: string): Promise<{ plan: Plan; recipe: Recipe }> {
  const plan = readPlan(file);
  const recipe = await baseRecipe(plan.retrain.recipe);
  if (plan.gate.safety !== undefined && ['labels', 'decisions'].includes(formOf(recipe))) throw nothingToRefuse(file);
  await modelHistory(plan.model);
  return { plan, recipe };
}

function nothingToRefuse(file: string): AttuneError {
  return new AttuneError('E_CONTINUOUS', {
    what: `gate.safety in ${file} does not apply to classification and typed questions`,
    got: 'a recipe for a classifier, which cannot comply with harmful requests',
    fix: 'remove gate.safety',
  });
}

/** Begins the next cycle if the last one is finished; a stopped or running one must be discarded by a person. */
export function beginCycle(log: DecisionLog, { discard, onDecision }: ImproveOptions): void {
  if (discard === undefined && (!ends.has(log.state) || log.state === 'stopped')) return;
  if (discard !== undefined) refuseDiscard(log.state);
  // The rows of a running cycle count as seen only once it is stopped.
  if (discard !== undefined && log.state !== 'stopped') {
    const stopped = log.add('stopped', 'discarded by a person', {});
    onDecision?.(stopped);
  }
  const reason = discard === undefined ? 'the previous cycle is finished' : `the batch is discarded: ${discard}`;
  const decision = log.add('collecting', reason, {}, log.cycle + 1);
  onDecision?.(decision);
}

/** A running trial continues in the servers; only the registry can end it. */
function refuseDiscard(state: State): void {
  const isOver = state === 'promoted' || state === 'rejected';
  if (!isOver && state !== 'collecting' && state !== 'rollout') return;
  throw new AttuneError('E_USAGE', {
    what: 'There is no batch to discard',
    got: `the state ${state}`,
    fix:
      state === 'rollout'
        ? 'end the trial: attune models rollback MODEL'
        : 'run it without --discard to start the next cycle',
  });
}

export function lockLoop(folder: string): { release(): void } {
  try {
    return lockRun(folder);
  } catch (error) {
    if (!(error instanceof AttuneError) || error.code !== 'E_RUN_LOCKED') throw error;
    throw new AttuneError('E_IMPROVE_BUSY', {
      what: `Another process is improving the model in ${folder}`,
      got: error.got,
      fix: 'wait until it ends',
    });
  }
}

export interface ImprovementStatus {
  model: string;
  folder: string;
  cycle: number;
  state: State;
  /** All decisions, oldest first. */
  decisions: Decision[];
  /** By cycle: rows that were held back from training, and why. */
  held: Record<number, Hold[]>;
}

/** The loop's decisions with their reasons, and the rows held back in each cycle. @throws AttuneError E_CONTINUOUS */
export function improvementStatus(file: string): Promise<ImprovementStatus> {
  const { model, folder } = readPlan(file);
  const decisions = readDecisions(folder);
  const { cycle = 1, state = 'collecting' } = decisions.at(-1) ?? {};
  const cycles = [...new Set(decisions.map((one) => one.cycle))];
  const held = Object.fromEntries(cycles.map((one) => [one, heldRows(cycleFolder(folder, one))]));
  return Promise.resolve({ model, folder, cycle, state, decisions, held });
}
