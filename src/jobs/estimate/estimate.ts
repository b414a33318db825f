import { totalmem } from 'node:os';
import { withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatCount } from '../../base/format.ts';
import type { RawConfig } from '../../models/raw-config.ts';
import { skeleton } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import { isLinear } from '../../engine/nn/index.ts';
import { matrixProductRate } from '../doctor/rates.ts';
import type { JobContext } from '../../base/job.ts';
import { computeType, availableBytes } from '../../answering/model/resources.ts';
import { workOfImage } from './image-work.ts';
import {
  estimateOn,
  GPUS,
  PROCESS_BYTES,
  SHARE_OF_RATE,
  type Estimate,
  type Machine,
  type ModelSize,
  type Plan,
} from './machines.ts';
import { storages } from '../../methods/storages/index.ts';
import { extraProducts, planRun, type StepChoice } from './planned-run.ts';
import { stepMemory } from './step-memory.ts';

export interface EstimateInput {
  /** config.json of the model. */
  config: RawConfig;
  /** Total tokens over all epochs. */
  tokens: number;
  /** Tokens of the longest row; by default 1024, or those of an image or a recording. */
  rowTokens?: number;
  /** Configurations to compare. */
  choices: readonly (StepChoice & { name: string })[];
}

const USUAL_ROW = 1024;

export interface EstimateResult {
  size: ModelSize;
  /** Tokens of the longest row. */
  rowTokens: number;
  here: Machine;
  plans: Plan[];
  estimates: Estimate[];
}

/** Estimates the cost of tuning a model on this machine and on common GPUs, from its configuration alone. */
export async function run({ config, tokens, choices, ...wanted }: EstimateInput, context: JobContext) {
  context.emit({ type: 'phase-started', phase: 'engine', message: 'measuring this machine' });
  const { model } = await skeleton(config, {});
  const size = sizeOf(model);
  refuseLong(model, wanted.rowTokens);
  model.dispose();
  const { rowTokens = size.imageTokens ?? size.frontEnd?.recordingTokens ?? USUAL_ROW } = wanted;
  const dtype = computeType('auto') === 'bf16' ? 'bf16' : 'f32';
  const here: Machine = {
    name: 'this machine',
    memory: Math.min(availableBytes(), totalmem()),
    rate: matrixProductRate(dtype, 10) * 1e9,
    share: SHARE_OF_RATE.processor,
    dtype,
    process: PROCESS_BYTES.processor,
  };
  const plans: Plan[] = [];
  for (const choice of choices) {
    context.signal.throwIfAborted();
    context.emit({
      type: 'phase-started',
      phase: 'engine',
      message: `estimating the memory of a step with ${choice.name}`,
    });
    plans.push(await planOf(config, choice, { rowTokens, dtypes: dtype === 'bf16' ? ['bf16'] : ['bf16', 'f32'] }));
  }
  const estimates = [here, ...GPUS].flatMap((machine) => estimateOn(machine, size, { tokens, plans }));
  return { size, rowTokens, here, plans, estimates } satisfies EstimateResult;
}

/** @throws AttuneError E_USAGE if a row has more tokens than the model's context */
function refuseLong({ trunk, limits, architecture }: Model, rowTokens = 0): void {
  // Images and recordings are not limited by text positions.
  const { maxPositions } = limits;
  if (trunk.tokenTable === undefined || rowTokens <= maxPositions) return;
  const [given, most] = [rowTokens, maxPositions].map(formatCount);
  const message = `is ${given} tokens, but ${withArticle(architecture.modelType)} model with this configuration reads at most ${most}`;
  throw new AttuneError('E_USAGE', {
    what: 'This model cannot read rows of that length',
    problems: [{ field: '--max-length', message, fix: `give at most ${maxPositions}` }],
  });
}

async function planOf(
  config: RawConfig,
  choice: EstimateInput['choices'][number],
  { rowTokens, dtypes }: { rowTokens: number; dtypes: readonly ('bf16' | 'f32')[] },
): Promise<Plan> {
  const { name, ...options } = choice.storage;
  const { training: usual } = (await storages.load(name)).recipeDefaults(options);
  const plan: Plan = {
    name: choice.name,
    checkpoints: usual?.gradient_checkpointing === true,
    trained: 0,
    products: { beside: 0, moving: 0 },
    isForward: false,
    memory: { bf16: undefined, f32: undefined },
  };
  for (const dtype of dtypes) {
    using run = await planRun(config, choice, dtype);
    const [kept, checkpointing] = [false, true].map((again) => stepMemory(run, rowTokens, again));
    plan.trained = run.tuning.trainables.reduce((sum, { parameter }) => sum + parameter.size, 0);
    plan.products = extraProducts(run);
    plan.isForward = run.update.needs === 'losses';
    plan.memory = { ...plan.memory, [dtype]: { kept, checkpointing } };
  }
  return plan;
}

function sizeOf(model: Model): ModelSize {
  const { trunk, config } = model;
  let [parameters, linear] = [0, 0];
  for (const [, parameter] of model.parameters()) parameters += parameter.size;
  for (const [, module] of trunk.modules()) if (isLinear(module)) linear += module.inFeatures * module.outFeatures;
  const { vocabularySize: vocabulary } = model.architecture.limits(config);
  const image = workOfImage(model);
  const frontEnd = model.architecture.frontEnd?.(config);
  const convolutions = image === undefined ? (frontEnd?.products ?? 0) : image.products / image.tokens;
  // The head reads every trained token, like a layer; the work of convolutions is divided by the number of tokens that
  // they produce.
  const all = linear + vocabulary * trunk.width + convolutions;
  return { parameters, linear: all, idle: idleWeights(model), imageTokens: image?.tokens, frontEnd };
}

/** Weights of the experts that a token does not use. */
function idleWeights({ trunk, config }: Model): number {
  const experts = Number(config.num_experts ?? config.num_local_experts ?? 0);
  const chosen = Number(config.num_experts_per_tok ?? experts);
  if (experts === 0) return 0;
  let inExperts = 0;
  for (const [path, module] of trunk.modules()) {
    if (isLinear(module) && /\.experts\.\d+\./.test(path)) inExperts += module.inFeatures * module.outFeatures;
  }
  return inExperts * (1 - chosen / experts);
}
