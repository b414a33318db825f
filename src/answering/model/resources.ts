import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { textConfigOf } from '../../models/raw-config.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import type { Model, ModelInput } from '../../models/model.ts';
import { isTrained } from '../../models/placed-images.ts';
import { dtypeBytes, engine, noGrad, scope, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { KEPT_PER_INPUT, type Checkpointing } from '../../models/tape.ts';

/** Bytes that this process may still take: what the machine has free, or what is left of a container's limit. */
export function availableBytes(): number {
  const info = readText('/proc/meminfo');
  const free = /MemAvailable:\s+(\d+) kB/.exec(info ?? '')?.[1];
  const machine = free === undefined ? Number.POSITIVE_INFINITY : Number(free) * 1024;
  const limit = Number(readText('/sys/fs/cgroup/memory.max'));
  const used = Number(readText('/sys/fs/cgroup/memory.current'));
  return Number.isFinite(limit) && limit > 0 && Number.isFinite(used) ? Math.min(machine, limit - used) : machine;
}

/** The most memory this process has held so far (VmHWM). */
export function peakBytes(): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readText('/proc/self/status') ?? '')?.[1];
  return peak === undefined ? engine().residentBytes() : Number(peak) * 1024;
}

/** Free bytes on the disk that holds a folder, which need not exist yet. */
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

/** Whether this processor multiplies bf16 in hardware: elsewhere that goes by way of f32, and saves memory only. */
export function hasFastBf16(): boolean {
  return / (avx512_bf16|amx_bf16|bf16)\b/.test(readText('/proc/cpuinfo') ?? '');
}

export function computeType(precision: 'auto' | 'bf16' | 'f32'): DType {
  if (precision !== 'auto') return precision;
  return hasFastBf16() ? 'bf16' : 'f32';
}

/**
 * Bytes that a token's activations take until backward, over all blocks: per block about 12 widths (norms, q, k, v,
 * attention, residuals) and 3 inner widths (gate, up and a part of their gradients), the attention in f32 besides.
 */
function activationBytesPerToken(model: Model): number {
  const { trunk, dtype } = model;
  const blocks = (trunk.encoderStack?.blockList.length ?? 0) + trunk.stack.blockList.length;
  const inner = innerWidth(model);
  const { encoder, longest = 0 } = textReaderOf(trunk) ?? {};
  // A token that is an item has a text, which may be as long as the longest.
  const ofText = encoder === undefined ? 0 : longest * activationBytesPerToken(encoder);
  return (
    ofText +
    imageBytesPerToken(model) +
    blocks * (trunk.width * (12 * dtypeBytes[dtype] + 24) + inner * 3 * dtypeBytes[dtype])
  );
}

/** The same of the patches behind a token that stands for a part of an image, where what reads them is trained. */
function imageBytesPerToken({ architecture, config, trunk, dtype }: Model): number {
  const { imageReader } = trunk;
  if (imageReader === undefined || !isTrained(imageReader)) return 0;
  const { patches = 1 } = architecture.imageTokens?.(config) ?? {};
  // The inner width is about four widths.
  return patches * imageReader.stack.blockList.length * imageReader.width * (24 * dtypeBytes[dtype] + 24);
}

/** Features of a token inside a block's feed-forward half, of all its experts together. */
export function innerWidth({ config, trunk }: Model): number {
  const text = textConfigOf(config);
  const { intermediate_size: usual, n_inner: gpt, decoder_ffn_dim: whisper, d_ff: t5 } = text;
  const dense = usual ?? gpt ?? whisper ?? t5 ?? 4 * trunk.width;
  const experts = Number(text.num_experts_per_tok ?? 0) * Number(text.moe_intermediate_size ?? dense);
  return Math.max(Number(dense), experts);
}

/** Values that a block of convolutions keeps until backward, for each that it gives: its inner layers are wider. */
const KEPT_BY_CONVOLUTIONS = 25;

/**
 * The same for networks of convolutions, whose blocks see images of different sizes: found by running them once.
 * Undefined for all others.
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
  /** Whether it stays within the budget. */
  fits: boolean;
}

/** Bytes of activations in a step: those that it needs whatever its rows, and those of each of their tokens. */
export interface StepCost {
  fixed: number;
  perToken: number;
}

/** With all activations kept, with blocks' inputs and a few products, and with inputs alone. */
export type StepCosts = Record<'kept' | 'checkpointing' | 'least', StepCost>;

const DEFAULT_TOKENS = 8192;

/**
 * Largest plan that fits into a budget, a third of free memory unless given: first with fewer tokens at once, down to
 * the longest row; then with checkpointing; then keeping the least.
 */
export function planMemory(
  model: Model,
  request: {
    longest: number;
    microBatchTokens: number | 'auto';
    checkpointing: Checkpointing | 'auto';
    /** Bytes that a token's activations take, where that is known better than from the model's shape. */
    perToken?: number;
    budget?: number;
    /** By the model's shape unless counted. */
    costs?: StepCosts;
  },
): MemoryPlan {
  const { budget = availableBytes() / 3, costs = costsOfShape(model, request.perToken) } = request;
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

function costsOfShape(model: Model, perToken = activationBytesPerToken(model)): StepCosts {
  const blocks = model.trunk.stack.blockList.length;
  const inputs = blocks * model.trunk.width * dtypeBytes[model.dtype];
  const least = perToken / blocks + inputs;
  const cost = (bytes: number): StepCost => ({ fixed: 0, perToken: bytes });
  return { kept: cost(perToken), checkpointing: cost(least + KEPT_PER_INPUT * inputs), least: cost(least) };
}
