import { setTimeout as wait } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import type { PlannedStage, PipelinePlan, PipelineUp, useCase } from '../use-cases/pipeline-up.ts';
import { adviseStage } from './advise-stage.ts';
import { dataStage } from './data-stage.ts';
import { readDeployment, type Deployment, type DeploymentSpec } from './pipeline-file.ts';
import { releaseStages } from './release-stages.ts';
import { changesIn, keyOf, StageBook, type Outputs, type Stage, type StageContext, type StageRecord } from './stage.ts';
import { chooseStage, makeSystem } from './system-stages.ts';

export type UpOptions = CallOptions<typeof useCase>;

/** Interval between checks of the sources. */
const WATCH_SECONDS = 10;

/** The stages of a pipeline, in order. */
export function stagesOf(deployment: Deployment): Stage[] {
  const { systems, advise } = deployment;
  const asked = advise ? [adviseStage] : [];
  return [dataStage, ...asked, ...systems.map(makeSystem), chooseStage(systems), ...releaseStages(deployment)];
}

/**
 * Brings a pipeline up to date: runs every stage whose inputs have changed, and reuses the recorded output of the
 * others. A killed pipeline continues where it stopped, and its result has the same bytes.
 * @throws AttuneError E_BAD_PIPELINE, E_RUN_LOCKED, E_GATE, and errors of the stages
 */
export async function pipelineUp(given: string | DeploymentSpec, options: UpOptions = {}): Promise<PipelineUp> {
  const { watch = false, onUp, signal } = options;
  let last = await bringUp(await readDeployment(given), options);
  if (!watch) return last;
  for (;;) {
    onUp?.(last);
    await wait(WATCH_SECONDS * 1000, undefined, { signal });
    const deployment = await readDeployment(given);
    const { stages } = await planOf(deployment, options);
    if (stages.some(({ state }) => state === 'runs')) last = await bringUp(deployment, options);
  }
}

async function bringUp(deployment: Deployment, options: UpOptions): Promise<PipelineUp> {
  const { folder, name } = deployment;
  makeFolders(folder);
  const lock = lockRun(folder);
  try {
    const book = new StageBook(folder);
    const context = contextOf(deployment, options);
    const outputs: Record<string, unknown> = {};
    const done: PipelineUp['stages'] = [];
    for (const stage of stagesOf(deployment)) {
      context.signal.throwIfAborted();
      const inputs = await stage.inputs(context, outputs);
      const key = keyOf(stage.name, inputs);
      const recorded = await current(stage, { book, context, key });
      if (recorded !== undefined) {
        Object.assign(outputs, { [stage.name]: recorded.output });
        done.push({ stage: stage.name, state: 'unchanged', told: recorded.told });
        continue;
      }
      context.onEvent({ type: 'phase-started', phase: 'pipeline', message: stage.name });
      const result = await stage.run(context, outputs);
      if ('waitsFor' in result) {
        done.push({ stage: stage.name, state: 'waits', told: result.waitsFor });
        break;
      }
      Object.assign(outputs, { [stage.name]: result.output });
      book.write({ stage: stage.name, key, inputs, ...result });
      done.push({ stage: stage.name, state: 'done', told: result.told });
    }
    return { name, folder, stages: done, ...deployed(outputs) };
  } finally {
    lock.release();
  }
}

function deployed({ deploy }: Outputs): Pick<PipelineUp, 'model' | 'version'> {
  return deploy === undefined ? {} : (deploy as { model: string; version: number });
}

function contextOf(deployment: Deployment, options: UpOptions): StageContext {
  const { onEvent = () => undefined, signal = new AbortController().signal } = options;
  return { deployment, onEvent, signal };
}

/** The record of a stage, if its inputs are unchanged and its output still exists. */
async function current(
  stage: Stage,
  { book, context, key }: { book: StageBook; context: StageContext; key: string },
): Promise<StageRecord | undefined> {
  const record = book.read(stage.name);
  if (record?.key !== key) return undefined;
  const isThere = (await stage.isThere?.(context, record.output as never)) ?? true;
  return isThere ? record : undefined;
}

/** Lists the stages that would run and why, for `pipeline up --plan` and `pipeline diff`. */
export async function planPipeline(given: string | DeploymentSpec, options: UpOptions = {}): Promise<PipelinePlan> {
  return planOf(await readDeployment(given), options);
}

async function planOf(deployment: Deployment, options: UpOptions): Promise<PipelinePlan> {
  const book = new StageBook(deployment.folder);
  const context = contextOf(deployment, options);
  const outputs: Record<string, unknown> = {};
  const stages: PlannedStage[] = [];
  for (const stage of stagesOf(deployment)) {
    const record = book.read(stage.name);
    const { needs } = stage;
    const isBehind = stages.some((one) => one.state !== 'unchanged' && (needs?.includes(one.stage) ?? true));
    const inputs = await stage.inputs(context, outputs);
    const recorded =
      inputs === undefined ? undefined : await current(stage, { book, context, key: keyOf(stage.name, inputs) });
    if (recorded !== undefined && !isBehind) {
      Object.assign(outputs, { [stage.name]: recorded.output });
      stages.push({ stage: stage.name, state: 'unchanged', why: [recorded.told] });
      continue;
    }
    const changes = record === undefined ? ['has not run yet'] : changesIn(record.inputs, inputs);
    const state = isBehind ? 'follows' : 'runs';
    const why = isBehind ? ["if an earlier stage's output changes"] : changes;
    stages.push({
      stage: stage.name,
      state,
      why,
      ...(options.plan === true && (await estimateOf(stage, context, outputs))),
    });
    Object.assign(outputs, { [stage.name]: record?.output });
  }
  return { name: deployment.name, folder: deployment.folder, stages };
}

/** A system that does not suit the rows has no estimate. */
async function estimateOf(stage: Stage, context: StageContext, before: Outputs) {
  try {
    const found = await stage.estimate?.(context, before);
    if (found === undefined) return {};
    const { price_per_hour: price } = context.deployment;
    return { ...found, ...(price !== undefined && { cost: (price * found.seconds) / 3600 }) };
  } catch (error) {
    if (error instanceof AttuneError) return {};
    throw error;
  }
}

/** All records of a pipeline: inputs, outputs and decisions of its stages. */
export async function explainPipeline(
  given: string | DeploymentSpec,
): Promise<{ name: string; records: StageRecord[] }> {
  const deployment = await readDeployment(given);
  const book = new StageBook(deployment.folder);
  return { name: deployment.name, records: stagesOf(deployment).flatMap(({ name }) => book.read(name) ?? []) };
}
