/**
 * Default training settings. docs/training-defaults.md describes how they were measured, and which of them are common
 * practice.
 */
import type { BaseFacts, BaseKind } from '../models/base-facts.ts';
import type { TuningRate } from '../methods/method.ts';
import type { SettledTraining } from '../methods/recipe/base-recipe.ts';

export interface TrainingFacts extends BaseFacts {
  /** Name of the tuning. */
  tuning: string;
  /** The tuning's `TuningMethod.rate`. */
  rate: TuningRate;
  /** Name of the objective. */
  objective: string;
  /** Number of training rows, if known. */
  rows?: number;
}

/** Learning rates at model sizes, in ascending order; interpolated linearly between their logarithms. */
type Anchors = readonly (readonly [parameters: number, rate: number])[];

interface Rates {
  lora: Anchors;
  full: Anchors;
}

const RATES: Record<BaseKind, Rates> = {
  decoder: {
    lora: [
      [6e6, 2e-3],
      [1e9, 2e-4],
      [7e9, 1e-4],
    ],
    full: [
      [6e6, 1e-3],
      [1e9, 2e-5],
      [7e9, 1e-5],
    ],
  },
  encoder: {
    lora: [
      [7e6, 1e-3],
      [1.1e8, 5e-4],
      [3.5e8, 3e-4],
    ],
    full: [
      [7e6, 3e-4],
      [1.1e8, 5e-5],
      [3.5e8, 2e-5],
    ],
  },
  'encoder-decoder': {
    lora: [
      [6e7, 1e-3],
      [3e9, 3e-4],
    ],
    full: [
      [6e7, 3e-4],
      [3e9, 5e-5],
    ],
  },
  vision: {
    lora: [
      [3.5e6, 1e-3],
      [8.6e7, 5e-4],
    ],
    full: [
      [3.5e6, 3e-4],
      [8.6e7, 5e-5],
      [3e8, 2e-5],
    ],
  },
  speech: {
    lora: [
      [4e7, 1e-3],
      [1.5e9, 2e-4],
    ],
    full: [
      [4e7, 1e-4],
      [2.4e8, 2e-5],
      [1.5e9, 5e-6],
    ],
  },
  items: { lora: [[1e6, 1e-3]], full: [[1e6, 1e-3]] },
};

/** Objectives that keep the pre-trained head; all others start with a new one. */
const LANGUAGE_OBJECTIVES: ReadonlySet<string> = new Set(['sft', 'pretrain', 'masked_lm', 'seq2seq', 'orpo']);

/** These adjust answers that the model can write already; common rates are a twentieth of those for fine-tuning. */
const FROM_PREFERENCE: ReadonlySet<string> = new Set([
  'dpo',
  'cpo',
  'simpo',
  'kto',
  'bco',
  'online_dpo',
  'xpo',
  'nash_md',
]);
const OF_PREFERENCE = 0.05;

/**
 * These follow rewards of a few answers, whose gradients are mostly noise. Since Adam normalises steps, noise adds up
 * over all trained weights: a small model tolerates much in an adapter, but little in all of its weights. Large models
 * use TRL's rates, a twentieth of those for fine-tuning.
 */
const FROM_REWARD: ReadonlySet<string> = new Set(['grpo', 'rloo', 'ppo']);
const OF_REWARD: Rates = {
  lora: [
    [6e6, 0.35],
    [1e9, 0.05],
  ],
  full: [
    [6e6, 0.02],
    [1e9, 0.05],
  ],
};

/** A decoder with a new head diverges earlier: at 5e-3, where text generation still learns. */
const UNDER_NEW_HEAD = 0.5;

/** With fewer steps, weights do not get far enough at the usual rate. */
const FEWEST_STEPS = 300;
const USUAL_EPOCHS = 3;
/** Large models memorise a small number of rows sooner. */
const MOST_EPOCHS = { small: 10, large: 5 } as const;
const LARGE = 1e8;

/** Defaults for values that a recipe leaves out. */
export function suggestedTraining(facts: TrainingFacts): SettledTraining {
  const { rows } = facts;
  const batch_size = batchFor(rows);
  return { learning_rate: suggestedRate(facts), epochs: epochsFor(facts, batch_size), batch_size };
}

function suggestedRate({ kind, parameters, rate: { like, times }, objective }: TrainingFacts): number {
  const of = (name: keyof Rates) =>
    interpolated(RATES[kind][name], parameters) * shareOf({ kind, parameters, objective }, name);
  const followed = like === 'both' ? Math.sqrt(of('lora') * of('full')) : of(like);
  return rounded(followed * factorOf(times, parameters));
}

function factorOf(times: TuningRate['times'], parameters: number): number {
  return typeof times === 'number' ? times : interpolated(sizes(times), parameters);
}

/**
 * Rate of a new head relative to the tuning's: the geometric mean of the tuning's rate and LoRA's. At the rate of a
 * tuning that moves few numbers far, the head becomes over-confident.
 */
export function headShare({ parameters, rate: { like, times } }: Pick<TrainingFacts, 'parameters' | 'rate'>): number {
  return like === 'lora' ? 1 / Math.sqrt(factorOf(times, parameters)) : 1;
}

function sizes([small, large]: readonly [number, number]): Anchors {
  return [
    [6e6, small],
    [1e9, large],
  ];
}

/** Rate relative to fine-tuning. */
function shareOf({ kind, parameters, objective }: Omit<TrainingFacts, 'tuning' | 'rate'>, name: keyof Rates): number {
  if (FROM_REWARD.has(objective)) return interpolated(OF_REWARD[name], parameters);
  if (FROM_PREFERENCE.has(objective)) return OF_PREFERENCE;
  return kind === 'decoder' && !LANGUAGE_OBJECTIVES.has(objective) ? UNDER_NEW_HEAD : 1;
}

function interpolated(anchors: Anchors, parameters: number): number {
  const after = anchors.findIndex(([size]) => size > parameters);
  if (after === 0) return anchors[0][1];
  if (after === -1) return anchors[anchors.length - 1][1];
  const [[size, rate], [nextSize, nextRate]] = [anchors[after - 1], anchors[after]];
  const share = Math.log(parameters / size) / Math.log(nextSize / size);
  return rate * (nextRate / rate) ** share;
}

/** One significant digit: more would suggest false precision. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(1));
}

function batchFor(rows = 0): number {
  if (rows >= 20_000) return 32;
  return rows >= 4000 ? 16 : 8;
}

/** More epochs for few rows, fewer for many. */
function epochsFor({ parameters, rows }: TrainingFacts, batchSize: number): number {
  if (rows === undefined || rows === 0) return USUAL_EPOCHS;
  if (rows >= 100_000) return 1;
  if (rows >= 20_000) return 2;
  const wanted = Math.ceil((FEWEST_STEPS * batchSize) / rows);
  const most = parameters < LARGE ? MOST_EPOCHS.small : MOST_EPOCHS.large;
  return Math.min(most, Math.max(USUAL_EPOCHS, wanted));
}
