import { totalmem } from 'node:os';
import type { RawConfig } from '../../models/config.ts';
import { skeleton } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import { isLinear } from '../../nn/index.ts';
import { matrixProductRate } from '../doctor/rates.ts';
import type { JobContext } from '../job.ts';
import {
  estimateOn,
  GPUS,
  SHARE_OF_RATE,
  type Estimate,
  type Machine,
  type ModelSize,
  type Workload,
} from './machines.ts';
import { workOfImage } from './image-work.ts';
import { availableBytes, computeType, innerWidth } from '../model/resources.ts';

export interface EstimateInput extends Omit<Workload, 'rowTokens'> {
  /** config.json of the model. */
  config: RawConfig;
  /** Longest row, in tokens; 1024 unless given, or those of an image or a recording. */
  rowTokens?: number;
}

const USUAL_ROW = 1024;

export interface EstimateResult {
  size: ModelSize;
  /** Longest row, in tokens. */
  rowTokens: number;
  here: Machine;
  estimates: Estimate[];
}

/** What tuning a model would take here and on common cards, from its configuration alone. */
export async function run({ config, ...wanted }: EstimateInput, { emit }: JobContext): Promise<EstimateResult> {
  emit({ type: 'phase-started', phase: 'engine', message: 'measuring this machine' });
  const { model } = await skeleton(config, {});
  const size = sizeOf(model);
  const { rowTokens = size.imageTokens ?? size.frontEnd?.recordingTokens ?? USUAL_ROW } = wanted;
  const work = { ...wanted, rowTokens };
  const dtype = computeType('auto') === 'bf16' ? 'bf16' : 'f32';
  const here: Machine = {
    name: 'this machine',
    memory: Math.min(availableBytes(), totalmem()),
    rate: matrixProductRate(dtype, 10) * 1e9,
    share: SHARE_OF_RATE.processor,
    bytesPerValue: dtype === 'bf16' ? 2 : 4,
  };
  return { size, rowTokens, here, estimates: [here, ...GPUS].flatMap((machine) => estimateOn(machine, size, work)) };
}

function sizeOf(model: Model): ModelSize {
  const { trunk, config } = model;
  let parameters = 0;
  for (const [, parameter] of model.parameters()) parameters += parameter.size;
  let [linear, adapterPerRank] = [0, 0];
  const reader = new Set(trunk.imageReader?.modules.flatMap((part) => [...part.modules()].map(([, module]) => module)));
  for (const [, module] of trunk.modules()) {
    if (!isLinear(module)) continue;
    linear += module.inFeatures * module.outFeatures;
    if (!reader.has(module)) adapterPerRank += module.inFeatures + module.outFeatures;
  }
  const blocks = (trunk.encoderStack?.blockList.length ?? 0) + trunk.stack.blockList.length;
  const inner = innerWidth(model);
  const { vocabularySize: vocabulary } = model.architecture.limits(config);
  const idle = idleWeights(model);
  const image = workOfImage(model);
  const frontEnd = model.architecture.frontEnd?.(config);
  const convolutions = image === undefined ? (frontEnd?.products ?? 0) : image.products / image.tokens;
  // The head reads every trained token, like a layer; convolutions are divided among the tokens that come of them.
  return {
    parameters,
    linear: linear + vocabulary * trunk.width + convolutions,
    quantised: linear,
    idle,
    adapterPerRank: adapterPerRank + (image?.adapterPerRank ?? 0),
    blocks,
    width: trunk.width,
    inner,
    vocabulary,
    imageTokens: image?.tokens,
    keptPerToken: image?.keptPerToken,
    frontEnd,
  };
}

/** Experts that a token does not pass. */
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
