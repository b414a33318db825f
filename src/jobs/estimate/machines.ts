import type { FrontEnd } from '../../models/architecture.ts';
import type { StepMemory } from './step-memory.ts';

/** Properties of a model that determine the cost of tuning it. */
export interface ModelSize {
  parameters: number;
  /** Products that every token takes: weights of the layers that it passes, and its share of convolutions. */
  linear: number;
  /** Parameters that mixtures of experts skip for a token. */
  idle: number;
  /** Tokens of an image, for models that read images. */
  imageTokens?: number;
  /** Convolutions over time in front of the blocks. */
  frontEnd?: FrontEnd;
}

/** One way of tuning a model: what it takes on every machine. */
export interface Plan {
  /** `lora on nf4` */
  name: string;
  /** Parameters that are trained. */
  trained: number;
  /** Multiplications per token besides the model's layers, and in layers whose weights move. */
  products: { beside: number; moving: number };
  /** It takes steps by losses alone. */
  isForward: boolean;
  /** Its storage has blocks computed twice, whether or not they would fit. */
  checkpoints: boolean;
  /** Memory of a step on one longest row, by compute type: with all activations kept, and with checkpointing. */
  memory: Readonly<Record<'bf16' | 'f32', { kept: StepMemory; checkpointing: StepMemory } | undefined>>;
}

/** A machine's memory (bytes), products of its compute type in a second, and what an hour costs. */
export interface Machine {
  name: string;
  memory: number;
  /** Operations a second, of one large product. */
  rate: number;
  /** Share of that rate which whole steps reach. */
  share: number;
  /** The type that it computes in. */
  dtype: 'bf16' | 'f32';
  /** Memory of the process besides tensors. */
  process: number;
  pricePerHour?: number;
}

export interface Estimate {
  machine: string;
  /** The plan's name. */
  method: string;
  /** Blocks are computed twice, so that it fits. */
  checkpointing: boolean;
  /** Bytes: what the step holds, by what it is for, and the process around it. */
  memory: number;
  parts: StepMemory & { process: number };
  fits: boolean;
  seconds: number;
  /** In the currency of the price. */
  cost?: number;
}

const GIB = 2 ** 30;
/** Memory of libtorch and node, as measured here; on GPUs with the driver's share. */
export const PROCESS_BYTES = { processor: 0.36e9, gpu: 0.6e9 };

/**
 * Share of a large product's rate that a whole step reached on processors (bench/RESULTS.md: 0.19 to 0.45, less on
 * those with faster products), and that well-made programs reach on GPUs. It limits the accuracy of estimates.
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
  dtype: 'bf16',
  process: PROCESS_BYTES.gpu,
  pricePerHour,
}));

/** Cost of each tuning on one machine: bytes, seconds, money. Uses checkpointing if only that fits. */
export function estimateOn(
  machine: Machine,
  size: ModelSize,
  { tokens, plans }: { tokens: number; plans: readonly Plan[] },
): Estimate[] {
  return plans.flatMap((plan) => {
    const memory = plan.memory[machine.dtype];
    const { process } = machine;
    if (memory === undefined) return [];
    const isFull = totalOf({ ...memory.kept, process }) > machine.memory;
    const checkpointing = !plan.isForward && (plan.checkpoints || isFull);
    const parts = { ...memory[checkpointing ? 'checkpointing' : 'kept'], process };
    const total = totalOf(parts);
    const seconds = (operationsOf(plan, size, checkpointing) * tokens) / (machine.rate * machine.share);
    const cost = machine.pricePerHour === undefined ? undefined : (machine.pricePerHour * seconds) / 3600;
    const [method, fits] = [plan.name, total <= machine.memory];
    return [{ machine: machine.name, method, checkpointing, memory: total, parts, fits, seconds, cost }];
  });
}

/** Bytes of all parts together. */
function totalOf({ frozen, trained, optimizer, gradients, activations, process }: Estimate['parts']): number {
  return frozen + trained + optimizer + gradients + activations + process;
}

/** For each token: two a product forward, two for the input's gradient, two for that of what moves. */
function operationsOf({ products, isForward }: Plan, { linear, idle }: ModelSize, checkpointing: boolean): number {
  const active = linear - idle;
  const forward = 2 * (active + products.beside);
  // Losses are asked for twice, on both sides of where the weights are.
  if (isForward) return 2 * forward;
  const moving = (2 * products.moving * active) / linear;
  return (checkpointing ? 3 : 2) * forward + moving + 2 * products.beside;
}
