export const schedulers = [
  'cosine',
  'linear',
  'constant',
  'cosine_with_restarts',
  'cosine_with_min_lr',
  'polynomial',
  'inverse_sqrt',
  'warmup_stable_decay',
] as const;

export type SchedulerName = (typeof schedulers)[number];

/** Options of a schedule, with transformers' names; options that a schedule ignores are rejected. */
export interface SchedulerOptions {
  /** cosine: number of waves (0.5: down once); cosine_with_restarts: number of restarts. */
  num_cycles?: number;
  /** polynomial: exponent. */
  power?: number;
  /** Final rate, relative to the peak. */
  min_lr_rate?: number;
  /** warmup_stable_decay: steps of the decay. */
  num_decay_steps?: number;
  /** warmup_stable_decay: shape of the decay. */
  decay_type?: 'cosine' | 'linear' | '1-sqrt';
}

export interface Schedule {
  scheduler: SchedulerName;
  options?: SchedulerOptions;
  /** Peak. */
  learningRate: number;
  warmupSteps: number;
  totalSteps: number;
}

/** Position of a step: `progress` runs from 0 after the warm-up to 1. */
interface Place {
  step: number;
  progress: number;
  schedule: Schedule;
  options: SchedulerOptions;
}

interface Form {
  reads: readonly (keyof SchedulerOptions)[];
  /** Rate relative to the peak. */
  at(place: Place): number;
}

/** Default share of steps for the decay. */
const DECAY_RATIO = 0.1;
/** Time scale of inverse_sqrt without a warm-up. */
const TIMESCALE = 10_000;

const forms: Record<SchedulerName, Form> = {
  constant: { reads: [], at: () => 1 },
  linear: { reads: [], at: ({ progress }) => 1 - progress },
  cosine: { reads: ['num_cycles'], at: ({ progress, options }) => wave(2 * (options.num_cycles ?? 0.5) * progress) },
  cosine_with_min_lr: {
    reads: ['num_cycles', 'min_lr_rate'],
    at: ({ progress, options }) => above(wave(2 * (options.num_cycles ?? 0.5) * progress), options),
  },
  cosine_with_restarts: {
    reads: ['num_cycles'],
    at: ({ progress, options }) => (progress >= 1 ? 0 : wave(((options.num_cycles ?? 1) * progress) % 1)),
  },
  polynomial: {
    reads: ['power', 'min_lr_rate'],
    at: ({ progress, options }) => above((1 - progress) ** (options.power ?? 1), options),
  },
  inverse_sqrt: {
    reads: [],
    at({ step, schedule: { warmupSteps } }) {
      const timescale = warmupSteps === 0 ? TIMESCALE : warmupSteps;
      return 1 / Math.sqrt((step - warmupSteps + timescale) / timescale);
    },
  },
  warmup_stable_decay: {
    reads: ['num_decay_steps', 'decay_type', 'min_lr_rate'],
    at({ step, schedule: { totalSteps, warmupSteps }, options }) {
      const wanted = options.num_decay_steps ?? Math.ceil(DECAY_RATIO * totalSteps);
      const steps = Math.max(1, Math.min(wanted, totalSteps - warmupSteps));
      const done = Math.min(1, Math.max(0, (step - (totalSteps - steps)) / steps));
      return above(decays[options.decay_type ?? 'cosine'](done), options);
    },
  },
};

const decays = {
  cosine: wave,
  linear: (done: number) => 1 - done,
  '1-sqrt': (done: number) => 1 - Math.sqrt(done),
} satisfies Record<string, (done: number) => number>;

/** Cosine from 1 to 0, and further. */
function wave(done: number): number {
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * done)));
}

function above(share: number, { min_lr_rate: least = 0 }: SchedulerOptions): number {
  return share * (1 - least) + least;
}

/** Options that a schedule ignores. */
export function unreadOptions(scheduler: SchedulerName, options: SchedulerOptions): string[] {
  const { reads } = forms[scheduler];
  return Object.keys(options).filter((key) => !reads.includes(key as keyof SchedulerOptions));
}

/**
 * Learning rate of a step (0-based). Rises linearly over the warm-up, starting above 0 so that no step is wasted, then
 * follows the schedule from its peak.
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRate, warmupSteps, totalSteps, scheduler, options = {} } = schedule;
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  return learningRate * forms[scheduler].at({ step, progress, schedule, options });
}

/** Number of warm-up steps: as given, or a share of all. */
export function warmupSteps(
  options: { warmup_steps: number | null; warmup_ratio: number },
  totalSteps: number,
): number {
  return options.warmup_steps ?? Math.ceil(options.warmup_ratio * totalSteps);
}
