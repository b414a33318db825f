import type { FrontEnd } from '../../models/architecture.ts';
import type { StepMemory } from './step-memory.ts';

/** Properties of a model that determine the cost of tuning it. */
export interface ModelSize {
  parameters: number;
  /** Multiplications per token: weights of the layers that it passes, plus its share of convolutions. */
  linear: number;
  /** Expert weights that a token does not use. */
  idle: number;
  /** Tokens of an image, for models that read images. */
  imageTokens?: number;
  /** Convolutions over time before the blocks. */
  frontEnd?: FrontEnd;
}

/** One way of tuning a model, with its machine-independent costs. */
export interface Plan {
  /** `lora on nf4` */
  name: string;
  /** Number of trained parameters. */
  trained: number;
  /** Multiplications per token in addition to the model's layers, and those in layers with trained weights. */
  products: { beside: number; moving: number };
  /** Whether it trains with forward passes only. */
  isForward: boolean;
  /** Whether its storage always requires checkpointing. */
  checkpoints: boolean;
  /** Memory of a step on one longest row, by compute type: with all activations kept, and with checkpointing. */
  memory: Readonly<Record<'bf16' | 'f32', { kept: StepMemory; checkpointing: StepMemory } | undefined>>;
}

/** A machine's memory in bytes, speed in its compute type, and price per hour. */
export interface Machine {
  name: string;
  memory: number;
  /** Operations per second in one large matrix product. */
  rate: number;
  /** Share of that rate that whole steps reach. */
  share: number;
  /** Its compute type. */
  dtype: 'bf16' | 'f32';
  /** Memory of the process apart from tensors, in bytes. */
  process: number;
  pricePerHour?: number;
}

export interface Estimate {
  machine: string;
  /** Name of the plan. */
  method: string;
  /** Whether checkpointing is needed to fit. */
  checkpointing: boolean;
  /** Bytes: memory of the step by purpose, and of the process. */
  memory: number;
  parts: StepMemory & { process: number };
  fits: boolean;
  seconds: number;
  /** In the currency of the price. */
  cost?: number;
}

const GIB = 2 ** 30;
/** Memory of libtorch and Node, as measured; on GPUs including the driver. */
export const PROCESS_BYTES = { processor: 0.36e9, gpu: 0.6e9 };

/**
 * Share of a large matrix product's rate that a whole step reaches: measured on processors (bench/RESULTS.md: 0.19 to
 * 0.45, lower where products are faster), and typical of well-tuned programs on GPUs. It limits the accuracy of
 * estimates.
 */
export const SHARE_OF_RATE = { processor: 0.3, gpu: 0.35 } as const;

/** GPUs with their data sheet values (dense bf16; f16 for T4) and approximate rental prices per hour in 2026. */
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

/** Cost of each tuning on one machine: memory, time, money. Uses checkpointing only if needed to fit. */
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

/** Total bytes of all parts. */
function totalOf({ frozen, trained, optimizer, gradients, activations, process }: Estimate['parts']): number {
  return frozen + trained + optimizer + gradients + activations + process;
}

/**
 * Operations per token: two per multiplication forward, two for the input gradient, two for the gradient of trained
 * weights.
 */
function operationsOf({ products, isForward }: Plan, { linear, idle }: ModelSize, checkpointing: boolean): number {
  const active = linear - idle;
  const forward = 2 * (active + products.beside);
  // Two losses per step, on either side of the current weights.
  if (isForward) return 2 * forward;
  const moving = (2 * products.moving * active) / linear;
  return (checkpointing ? 3 : 2) * forward + moving + 2 * products.beside;
}
