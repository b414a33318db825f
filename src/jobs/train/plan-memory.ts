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
  /** Tokens of the longest row. */
  longest: number;
  /** Bytes that a token's activations take, where a pass over a row has said it. */
  perToken?: number;
}

/**
 * How a run's steps fit into the memory that there is, or that the recipe allows: counted on shapes with the run's own
 * tuning, storage and optimiser.
 */
export async function planRunMemory(request: MemoryRequest): Promise<MemoryPlan & { note?: string }> {
  const { recipe, model, longest, perToken } = request;
  const { gradient_checkpointing: checkpointing, micro_batch_tokens: microBatchTokens, max_memory } = recipe.training;
  const limit = max_memory === null ? undefined : bytesOf(max_memory);
  const wanted = { longest, microBatchTokens, checkpointing, perToken };
  const budget = limit === undefined ? undefined : await roomOf(request, limit);
  const roomy = planMemory(model, { ...wanted, budget });
  // Where a rough count leaves no doubt nothing is counted.
  const isWanted = roomy.checkpointing === wantedCheckpointing(recipe);
  if (limit === undefined && isWanted && roomy.microBatchTokens >= ROOMY_TOKENS) return roomy;
  const costs = isCounted(model) ? await costsOf(request) : undefined;
  const plan = planMemory(model, { ...wanted, budget, costs });
  return { ...plan, note: isAsked(plan, recipe) ? undefined : noteOf(plan, max_memory) };
}

/**
 * Compute type of a run. If bf16 is not faster, `auto` is f32, unless a recipe's limit is less than twice the size of
 * the weights in f32: it depends on the recipe and the model alone, so that a resumed run decides the same.
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

/** Keys and values that rollouts may keep, of what a recipe allows; the batcher's own bound without a limit. */
export function rolloutBytes({ training: { max_memory } }: Recipe): number | undefined {
  return max_memory === null ? undefined : Math.min(2 ** 30, bytesOf(max_memory) / 8);
}

/** Tokens at once from which on more would not be faster. */
const ROOMY_TOKENS = 2048;
/** Share of the remaining limit: operators need memory of their own. */
const SHARE_OF_LIMIT = 0.9;

/** Room for activations within a limit, after the process, the weights, their gradients and the optimiser's state. */
async function roomOf({ recipe, model, tuning, objective }: MemoryRequest, limit: number): Promise<number> {
  const sum = (parameters: Iterable<{ bytes: number }>) => [...parameters].reduce((all, { bytes }) => all + bytes, 0);
  const weights = sum([...model.parameters()].map(([, parameter]) => parameter));
  const own = new Set([...model.parameters()].map(([, parameter]) => parameter));
  const beside = sum(tuning.trainables.map(({ parameter }) => parameter).filter((parameter) => !own.has(parameter)));
  const moving = sum(tuning.trainables.map(({ parameter }) => parameter));
  // Mapped weights are not in memory yet.
  const held = Math.max(engine().residentBytes(), PROCESS_BYTES.processor + weights + beside);
  // Gradients and two moments; where rows are bounded, their sums too.
  const copies = (await isPrivate(recipe)) ? 4 : 3;
  const kept = objective.production?.rollsOut === true ? rolloutBytes(recipe)! : 0;
  return Math.max(0, SHARE_OF_LIMIT * (Math.min(limit, held + availableBytes()) - held - copies * moving - kept));
}

/** For models with a second input, passes over their own rows are more accurate. */
function isCounted({ trunk }: Model): boolean {
  const hasReader = trunk.imageReader !== undefined && isTrained(trunk.imageReader);
  return trunk.tokenTable !== undefined && !hasReader && textReaderOf(trunk) === undefined;
}

/** By steps over a row and over one of half its length. */
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

/** Whether a plan that fits is what the recipe says, or what a run with room does. */
function isAsked(plan: MemoryPlan, { training }: Pick<Recipe, 'training'>): boolean {
  const isRoomy = training.micro_batch_tokens !== 'auto' || plan.microBatchTokens >= ROOMY_TOKENS;
  return plan.fits && isRoomy && plan.checkpointing === wantedCheckpointing({ training });
}

/** Checkpointing of a run with enough memory. */
function wantedCheckpointing({ training: { gradient_checkpointing: wanted } }: Pick<Recipe, 'training'>) {
  return wanted === 'auto' ? false : wanted;
}

/** The decision and its reason. */
function noteOf(
  { microBatchTokens, checkpointing, fits }: MemoryPlan,
  limit: number | string | null,
): string | undefined {
  const why = limit === null ? 'free memory' : `max_memory ${sizeAsWritten(limit)}`;
  const again = { true: ', blocks recomputed', least: ', blocks recomputed from their inputs alone' };
  const how = `micro-batches of ${formatCount(microBatchTokens)} tokens${checkpointing === false ? '' : again[`${checkpointing}`]}`;
  return fits ? `${how}, to fit into ${why}` : `${how}: the minimum, but it may still need more than ${why}`;
}
