import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { textConfigOf } from '../../models/raw-config.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import type { Model, ModelInput } from '../../models/model.ts';
import { isTrained } from '../../models/placed-images.ts';
import {
  currentDevice,
  deviceMemory,
  dtypeBytes,
  engine,
  multipliesBf16,
  noGrad,
  scope,
  type DType,
  type Tensor,
} from '../../engine/tensor/index.ts';
import { KEPT_PER_INPUT, type Checkpointing } from '../../models/tape.ts';

/** Memory still available to this process: free on the machine, or left under the container's limit. */
export function availableBytes(): number {
  const info = readText('/proc/meminfo');
  const free = /MemAvailable:\s+(\d+) kB/.exec(info ?? '')?.[1];
  const machine = free === undefined ? Number.POSITIVE_INFINITY : Number(free) * 1024;
  const limit = Number(readText('/sys/fs/cgroup/memory.max'));
  const used = Number(readText('/sys/fs/cgroup/memory.current'));
  return Number.isFinite(limit) && limit > 0 && Number.isFinite(used) ? Math.min(machine, limit - used) : machine;
}

/** Memory that tensors on a device can still take. */
export function freeBytes(device: string): number {
  return deviceMemory(device)?.free ?? availableBytes();
}

/** Peak resident memory of this process (VmHWM). */
export function peakBytes(): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readText('/proc/self/status') ?? '')?.[1];
  return peak === undefined ? engine().residentBytes() : Number(peak) * 1024;
}

/** Free disk space for a folder, which need not exist yet. */
export function freeDiskBytes(folder: string): number {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Whether this processor multiplies bf16 in hardware. Otherwise bf16 is converted to f32, which saves memory but no
 * time.
 */
export function hasFastBf16(): boolean {
  return / (avx512_bf16|amx_bf16|bf16)\b/.test(readText('/proc/cpuinfo') ?? '');
}

/** The compute type on the current device. */
export function computeType(precision: 'auto' | 'bf16' | 'f16' | 'f32'): DType {
  if (precision !== 'auto') return precision;
  const device = currentDevice();
  const isFast = multipliesBf16(device) ?? (device === 'cpu' && hasFastBf16());
  return isFast ? 'bf16' : 'f32';
}

/**
 * Bytes of activations per token kept for backward, over all blocks: per block about 12 times the width (norms, q, k,
 * v, attention, residuals) and 3 times the inner width (gate, up and part of their gradients); attention is in f32.
 */
function activationBytesPerToken(model: Model): number {
  const { trunk, dtype } = model;
  const blocks = (trunk.encoderStack?.blockList.length ?? 0) + trunk.stack.blockList.length;
  const inner = innerWidth(model);
  const { encoder, longest = 0 } = textReaderOf(trunk) ?? {};
  // In a recommendation model with a text encoder each token has a text, of up to the maximum length.
  const ofText = encoder === undefined ? 0 : longest * activationBytesPerToken(encoder);
  return (
    ofText +
    imageBytesPerToken(model) +
    blocks * (trunk.width * (12 * dtypeBytes[dtype] + 24) + inner * 3 * dtypeBytes[dtype])
  );
}

/** The same for the patches behind an image token, if the image encoder is trained. */
function imageBytesPerToken({ architecture, config, trunk, dtype }: Model): number {
  const { imageReader } = trunk;
  if (imageReader === undefined || !isTrained(imageReader)) return 0;
  const { patches = 1 } = architecture.imageTokens?.(config) ?? {};
  // Assumes an inner width of four times the width.
  return patches * imageReader.stack.blockList.length * imageReader.width * (24 * dtypeBytes[dtype] + 24);
}

/** Inner width of a block's feed-forward network, over the experts that a token uses. */
export function innerWidth({ config, trunk }: Model): number {
  const text = textConfigOf(config);
  const { intermediate_size: usual, n_inner: gpt, decoder_ffn_dim: whisper, d_ff: t5 } = text;
  const dense = usual ?? gpt ?? whisper ?? t5 ?? 4 * trunk.width;
  const experts = Number(text.num_experts_per_tok ?? 0) * Number(text.moe_intermediate_size ?? dense);
  return Math.max(Number(dense), experts);
}

/** Values that a convolution block keeps for backward per output value: its inner layers are wider. */
const KEPT_BY_CONVOLUTIONS = 25;

/**
 * The same for convolutional networks, whose blocks have different resolutions: measured by one forward pass. Undefined
 * for other models.
 */
export function convolutionBytesPerToken(model: Model, sample: ModelInput): number | undefined {
  let values = 0;
  let hasImages = false;
  const tokens = noGrad(() =>
    scope(() => {
      const watch = (_: number, hidden: Tensor) => {
        hasImages ||= hidden.shape.length === 4;
        values += hidden.size;
      };
      return model.hidden(sample, { watch }).shape[0];
    }),
  );
  return hasImages ? (values * KEPT_BY_CONVOLUTIONS * dtypeBytes[model.dtype]) / tokens : undefined;
}

export interface MemoryPlan {
  microBatchTokens: number;
  checkpointing: Checkpointing;
  /** Whether the plan stays within the budget. */
  fits: boolean;
}

/** Activation memory of a step in bytes: a fixed part, and a part per token. */
export interface StepCost {
  fixed: number;
  perToken: number;
}

/** By the values kept for backward: all activations, block inputs and a few products, or block inputs alone. */
export type StepCosts = Record<'kept' | 'checkpointing' | 'least', StepCost>;

const DEFAULT_TOKENS = 8192;

/**
 * The largest plan that fits the budget, by default a third of the device's free memory. Tries fewer tokens per pass first, down to
 * the longest row, then checkpointing, then minimal checkpoints.
 */
export function planMemory(
  model: Model,
  request: {
    longest: number;
    microBatchTokens: number | 'auto';
    checkpointing: Checkpointing | 'auto';
    /** Activation bytes per token, if known more precisely than from the model's shape. */
    perToken?: number;
    budget?: number;
    /** Estimated from the model's shape by default. */
    costs?: StepCosts;
  },
): MemoryPlan {
  const { budget = freeBytes(model.device) / 3, costs = costsOfShape(model, request.perToken) } = request;
  const longest = Math.max(1, request.longest);
  const isWithin = (tokens: number, { fixed, perToken }: StepCost) => fixed + tokens * perToken <= budget;
  const isAgain = request.checkpointing === 'auto' ? !isWithin(longest, costs.kept) : request.checkpointing;
  const planned = request.microBatchTokens === 'auto' ? longest : Math.max(longest, request.microBatchTokens);
  const isLeast = isAgain === 'least' || (isAgain && !isWithin(planned, costs.checkpointing));
  const checkpointing = isLeast ? 'least' : isAgain;
  const cost = costs[isLeast ? 'least' : isAgain ? 'checkpointing' : 'kept'];
  const fitting = Math.floor((budget - cost.fixed) / cost.perToken);
  const most = Math.max(longest, Math.min(DEFAULT_TOKENS, fitting));
  const microBatchTokens = request.microBatchTokens === 'auto' ? most : planned;
  return { microBatchTokens, checkpointing, fits: isWithin(microBatchTokens, cost) };
}

/** Costs estimated from a model's shape; `perToken`: bytes of activations, if they have been measured. */
export function costsOfShape(model: Model, perToken = activationBytesPerToken(model)): StepCosts {
  const blocks = model.trunk.stack.blockList.length;
  const inputs = blocks * model.trunk.width * dtypeBytes[model.dtype];
  const least = perToken / blocks + inputs;
  const cost = (bytes: number): StepCost => ({ fixed: 0, perToken: bytes });
  return { kept: cost(perToken), checkpointing: cost(least + KEPT_PER_INPUT * inputs), least: cost(least) };
}
