import { formatCount } from '../../base/format.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import type { Model } from '../../models/model.ts';
import { isTrained } from '../../models/placed-images.ts';
import { engine, type DType } from '../../engine/tensor/index.ts';
import type { Objective } from '../../training/objective.ts';
import type { Tuning } from '../../methods/interfaces.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { bytesOf, sizeAsWritten } from '../../base/byte-size.ts';
import { PROCESS_BYTES } from '../estimate/machines.ts';
import { planRun } from '../estimate/planned-run.ts';
import { stepMemory } from '../estimate/step-memory.ts';
import { isPrivate } from './privacy.ts';
import {
  availableBytes,
  computeType,
  costsOfShape,
  planMemory,
  type MemoryPlan,
  type StepCost,
  type StepCosts,
} from '../../answering/model/resources.ts';

/** Inputs of a run's memory plan. */
export interface MemoryRequest {
  recipe: Recipe;
  model: Model;
  tuning: Tuning;
  objective: Objective;
  /** Length of the longest row in tokens. */
  longest: number;
  /** Activation bytes per token, if measured by a forward pass. */
  perToken?: number;
}

/**
 * Plans how a run's steps fit into the available memory, or the recipe's limit, by counting on shapes with the run's
 * own tuning, storage and optimiser.
 */
export async function planRunMemory(request: MemoryRequest): Promise<MemoryPlan & { note?: string }> {
  const { recipe, model, longest, perToken } = request;
  const { gradient_checkpointing: checkpointing, micro_batch_tokens: microBatchTokens, max_memory } = recipe.training;
  const limit = max_memory === null ? undefined : bytesOf(max_memory);
  const wanted = { longest, microBatchTokens, checkpointing, perToken };
  const budget = limit === undefined ? undefined : await roomOf(request, limit);
  const roomy = planMemory(model, { ...wanted, budget });
  // Skips the exact count if a rough one leaves ample room.
  const isWanted = roomy.checkpointing === wantedCheckpointing(recipe);
  if (limit === undefined && isWanted && roomy.microBatchTokens >= ROOMY_TOKENS) return roomy;
  const costs = await stepCosts(request);
  const plan = planMemory(model, { ...wanted, budget, costs });
  return { ...plan, note: isAsked(plan, recipe) ? undefined : noteOf(plan, max_memory) };
}

/**
 * Compute type of a run. If bf16 is not faster, `auto` is f32, unless the recipe's memory limit is below twice the size
 * of the f32 weights. The choice depends only on the recipe and the model, so that a resumed run makes the same one.
 */
export function trainedType(
  { training, storage }: Recipe,
  parameters: number,
  usual: DType = computeType(training.precision),
): DType {
  const { precision, max_memory } = training;
  if (precision !== 'auto' || max_memory === null || usual !== 'f32' || storage.name !== 'dense') return usual;
  return 2 * 4 * parameters > bytesOf(max_memory) ? 'bf16' : 'f32';
}

/** Bytes for the rollouts' key-value cache under the recipe's limit; undefined without a limit. */
export function rolloutBytes({ training: { max_memory } }: Recipe): number | undefined {
  return max_memory === null ? undefined : Math.min(2 ** 30, bytesOf(max_memory) / 8);
}

/** Micro-batch size beyond which larger ones are not faster. */
const ROOMY_TOKENS = 2048;
/** Share of the remaining limit that may be planned: operators need workspace. */
const SHARE_OF_LIMIT = 0.9;

/** Memory for activations within a limit, after the process, the weights, their gradients and the optimiser's state. */
async function roomOf({ recipe, model, tuning, objective }: MemoryRequest, limit: number): Promise<number> {
  const sum = (parameters: Iterable<{ bytes: number }>) => [...parameters].reduce((all, { bytes }) => all + bytes, 0);
  const weights = sum([...model.parameters()].map(([, parameter]) => parameter));
  const own = new Set([...model.parameters()].map(([, parameter]) => parameter));
  const beside = sum(tuning.trainables.map(({ parameter }) => parameter).filter((parameter) => !own.has(parameter)));
  const moving = sum(tuning.trainables.map(({ parameter }) => parameter));
  // Memory-mapped weights are not resident yet.
  const held = Math.max(engine().residentBytes(), PROCESS_BYTES.processor + weights + beside);
  // Gradients and two moments; with per-row clipping also the sums of gradients.
  const copies = (await isPrivate(recipe)) ? 4 : 3;
  const kept = objective.production?.rollsOut === true ? rolloutBytes(recipe)! : 0;
  return Math.max(0, SHARE_OF_LIMIT * (Math.min(limit, held + availableBytes()) - held - copies * moving - kept));
}

/** Activation memory of a run's steps, counted on shapes where that is possible. */
export async function stepCosts(request: MemoryRequest): Promise<StepCosts> {
  const { model, perToken } = request;
  return isCounted(model) ? costsOf(request) : costsOfShape(model, perToken);
}

/** Models with a second input are measured by passes over their own rows instead, which is more accurate. */
function isCounted({ trunk }: Model): boolean {
  const hasReader = trunk.imageReader !== undefined && isTrained(trunk.imageReader);
  return trunk.tokenTable !== undefined && !hasReader && textReaderOf(trunk) === undefined;
}

/** Derived from steps over a row and over one of half its length. */
async function costsOf({ recipe, model, longest }: MemoryRequest): Promise<StepCosts> {
  const { tuning, storage, training } = recipe;
  const choice = { tuning, storage, optimizer: training.optimizer };
  using run = await planRun(model.config, choice, model.dtype);
  const half = Math.ceil(longest / 2);
  const cost = (checkpointing: boolean | 'least'): StepCost => {
    const [all, some] = [longest, half].map((tokens) => stepMemory(run, tokens, checkpointing).activations);
    const perToken = longest === half ? all / longest : (all - some) / (longest - half);
    return { fixed: Math.max(0, all - perToken * longest), perToken };
  };
  return { kept: cost(false), checkpointing: cost(true), least: cost('least') };
}

/** Whether a plan that fits equals the recipe's settings, or the plan with unlimited memory. */
function isAsked(plan: MemoryPlan, { training }: Pick<Recipe, 'training'>): boolean {
  const isRoomy = training.micro_batch_tokens !== 'auto' || plan.microBatchTokens >= ROOMY_TOKENS;
  return plan.fits && isRoomy && plan.checkpointing === wantedCheckpointing({ training });
}

/** The checkpointing that the recipe requests, without memory pressure. */
function wantedCheckpointing({ training: { gradient_checkpointing: wanted } }: Pick<Recipe, 'training'>) {
  return wanted === 'auto' ? false : wanted;
}

/** Describes the decision and its reason. */
function noteOf(
  { microBatchTokens, checkpointing, fits }: MemoryPlan,
  limit: number | string | null,
): string | undefined {
  const why = limit === null ? 'free memory' : `max_memory ${sizeAsWritten(limit)}`;
  const again = { true: ', blocks recomputed', least: ', blocks recomputed from their inputs alone' };
  const how = `micro-batches of ${formatCount(microBatchTokens)} tokens${checkpointing === false ? '' : again[`${checkpointing}`]}`;
  return fits ? `${how}, to fit into ${why}` : `${how}: the minimum, but it may still need more than ${why}`;
}
