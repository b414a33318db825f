import type { FrontEnd } from '../../models/architecture.ts';

/** What of a model's shape decides what tuning it costs. */
export interface ModelSize {
  parameters: number;
  /** Products that every token takes: weights of the layers that it passes, and its share of convolutions. */
  linear: number;
  /** Of these, the ones that mixtures of experts leave out for a token. */
  idle: number;
  /** Weights of the trunk's linear layers: what storage nf4 quantises. */
  quantised: number;
  /** Weights that LoRA adds beside all linear layers, for each unit of its rank. */
  adapterPerRank: number;
  blocks: number;
  width: number;
  inner: number;
  vocabulary: number;
  /** Tokens of an image, for models that read images. */
  imageTokens?: number;
  /** Values that backward needs for each token, where blocks are convolutions. */
  keptPerToken?: number;
  /** Convolutions over time in front of the blocks. */
  frontEnd?: FrontEnd;
}

/** What is trained with. */
export interface Workload {
  /** Tokens of all epochs. */
  tokens: number;
  /** Longest row. */
  rowTokens: number;
  /** Rank of the adapters. */
  rank: number;
}

/** A machine's memory (bytes), products of its compute type in a second, and what an hour costs. */
export interface Machine {
  name: string;
  memory: number;
  /** Operations a second, of one large product. */
  rate: number;
  /** Share of that rate which whole steps reach. */
  share: number;
  bytesPerValue: number;
  pricePerHour?: number;
}

export interface Estimate {
  method: 'full' | 'lora' | 'lora, checkpointing' | 'lora on nf4, checkpointing';
  machine: string;
  memory: number;
  fits: boolean;
  seconds: number;
  /** In the currency of the price. */
  cost?: number;
}

const GIB = 2 ** 30;
/** libtorch, node and the buffers of a step. */
const PROCESS_BYTES = 0.6e9;

/**
 * Share of a large product's rate that a whole step reached on processors (bench/RESULTS.md: 0.19 to 0.45, the less the
 * faster their products are), and that well-made programs reach on GPUs. Estimates are no better than this number.
 */
export const SHARE_OF_RATE = { processor: 0.3, gpu: 0.35 } as const;

/** Cards by their makers' data sheets (dense bf16, f16 for T4), with what an hour of them cost to rent in 2026, about. */
export const GPUS: readonly Machine[] = (
  [
    ['T4', 16, 65, 0.4],
    ['L4', 24, 121, 0.7],
    ['A10G', 24, 70, 1],
    ['RTX 4090', 24, 165, 0.5],
    ['L40S', 48, 362, 1],
    ['A100 80 GB', 80, 312, 1.6],
    ['H100', 80, 989, 2.5],
    ['H200', 141, 989, 3.5],
  ] as const
).map(([name, memory, rate, pricePerHour]) => ({
  name,
  memory: memory * GIB,
  rate: rate * 1e12,
  share: SHARE_OF_RATE.gpu,
  bytesPerValue: 2,
  pricePerHour,
}));

interface Plan {
  method: Estimate['method'];
  trained: number;
  operations: number;
  checkpointing: boolean;
  isQuantised?: boolean;
}

/** Bytes of a weight in nf4 with its share of scales, which are quantised too. */
const NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256);
/** A layer's weight in the compute type, while a product reads it. */
const unpacked = ({ width, inner }: ModelSize, { bytesPerValue }: Machine) => width * inner * bytesPerValue;

function frozenBytes(size: ModelSize, machine: Machine, { method, isQuantised }: Plan): number {
  if (method === 'full') return 0;
  const quantised = isQuantised === true ? size.quantised : 0;
  const scratch = quantised > 0 ? unpacked(size, machine) : 0;
  return (size.parameters - quantised) * machine.bytesPerValue + quantised * NF4_BYTES + scratch;
}

/** What each way of tuning a model takes on one machine: bytes, seconds, money. */
export function estimateOn(machine: Machine, size: ModelSize, work: Workload): Estimate[] {
  const adapter = size.adapterPerRank * work.rank;
  const plans: Plan[] = [
    { method: 'full', trained: size.parameters, operations: 6 * active(size), checkpointing: false },
    { method: 'lora', trained: adapter, operations: 4 * active(size) + 6 * adapter, checkpointing: false },
    {
      method: 'lora, checkpointing',
      trained: adapter,
      operations: 6 * active(size) + 6 * adapter,
      checkpointing: true,
    },
    {
      method: 'lora on nf4, checkpointing',
      trained: adapter,
      operations: 6 * active(size) + 6 * adapter,
      checkpointing: true,
      isQuantised: true,
    },
  ];
  const possible = plans.filter(
    ({ method, isQuantised }) => method === 'full' || (adapter > 0 && (isQuantised !== true || size.quantised > 0)),
  );
  return possible.map((plan) => {
    const { method, trained, operations, checkpointing } = plan;
    const frozen = frozenBytes(size, machine, plan);
    // f32 weights, gradients and two moments of what moves; its copy in the compute type.
    const moving = trained * (16 + (machine.bytesPerValue === 4 ? 0 : machine.bytesPerValue));
    const memory = frozen + moving + activationBytes(size, work, machine, checkpointing) + PROCESS_BYTES;
    const seconds = (operations * work.tokens) / (machine.rate * machine.share);
    const cost = machine.pricePerHour === undefined ? undefined : (machine.pricePerHour * seconds) / 3600;
    return { method, machine: machine.name, memory, fits: memory <= machine.memory, seconds, cost };
  });
}

function active({ linear, idle }: ModelSize): number {
  return linear - idle;
}

/** A convolution over time is kept with its norm and its activation. */
const KEPT_BY_FRONT = 3;

/** Of one longest row: what its blocks keep until backward, and one chunk of logits with its gradient. */
function activationBytes(size: ModelSize, work: Workload, machine: Machine, checkpointing: boolean): number {
  const { blocks, width, inner, vocabulary } = size;
  const { bytesPerValue } = machine;
  if (size.keptPerToken !== undefined) {
    const all = work.rowTokens * size.keptPerToken * bytesPerValue;
    return checkpointing ? all / blocks + work.rowTokens * width * bytesPerValue : all;
  }
  const ofBlock = work.rowTokens * (width * (12 * bytesPerValue + 24) + inner * 4 * bytesPerValue);
  const inFront = work.rowTokens * (size.frontEnd?.values ?? 0) * KEPT_BY_FRONT * bytesPerValue;
  const kept = checkpointing ? ofBlock + blocks * work.rowTokens * width * bytesPerValue : blocks * ofBlock;
  return kept + inFront + Math.min(work.rowTokens, 512) * vocabulary * 2 * bytesPerValue;
}
