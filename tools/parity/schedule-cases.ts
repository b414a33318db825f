import type { Schedule } from '../../src/methods/recipe/rate-schedule.ts';

/** Names of transformers' schedules in the reference, and ours: the numbers are the name's capture groups, in order. */
const forms: readonly [name: RegExp, ours: (...numbers: number[]) => Omit<Schedule, 'learningRate'>][] = [
  [/^constant_with_warmup_(\d+)$/, (warmupSteps) => ({ scheduler: 'constant', warmupSteps, totalSteps: Infinity })],
  [/^linear_(\d+)_(\d+)$/, (warmupSteps, totalSteps) => ({ scheduler: 'linear', warmupSteps, totalSteps })],
  [/^cosine_(\d+)_(\d+)$/, (warmupSteps, totalSteps) => ({ scheduler: 'cosine', warmupSteps, totalSteps })],
  [
    /^cosine_half_cycles_([\d.]+)_(\d+)_(\d+)$/,
    (num_cycles, warmupSteps, totalSteps) => ({
      scheduler: 'cosine',
      options: { num_cycles },
      warmupSteps,
      totalSteps,
    }),
  ],
  [
    /^cosine_with_restarts_(\d+)_(\d+)_(\d+)$/,
    (num_cycles, warmupSteps, totalSteps) => ({
      scheduler: 'cosine_with_restarts',
      options: { num_cycles },
      warmupSteps,
      totalSteps,
    }),
  ],
  [
    /^polynomial_p([\d.]+)_end([\d.]+)_(\d+)_(\d+)$/,
    (power, min_lr_rate, warmupSteps, totalSteps) => ({
      scheduler: 'polynomial',
      options: { power, min_lr_rate },
      warmupSteps,
      totalSteps,
    }),
  ],
  [/^inverse_sqrt_(\d+)$/, (warmupSteps) => ({ scheduler: 'inverse_sqrt', warmupSteps, totalSteps: Infinity })],
  [
    /^cosine_min_lr_rate([\d.]+)_(\d+)_(\d+)$/,
    (min_lr_rate, warmupSteps, totalSteps) => ({
      scheduler: 'cosine_with_min_lr',
      options: { min_lr_rate },
      warmupSteps,
      totalSteps,
    }),
  ],
  [
    /^wsd_(\d+)_stable(\d+)_decay(\d+)$/,
    (warmupSteps, stable, num_decay_steps) => ({
      scheduler: 'warmup_stable_decay',
      options: { num_decay_steps },
      warmupSteps,
      totalSteps: warmupSteps + stable + num_decay_steps,
    }),
  ],
  ...(['linear', 'cosine', '1-sqrt'] as const).map((decay_type): (typeof forms)[number] => [
    new RegExp(`^wsd_(\\d+)_decay(\\d+)_total(\\d+)_${decay_type}_min([\\d.]+)$`),
    (warmupSteps, num_decay_steps, totalSteps, min_lr_rate) => ({
      scheduler: 'warmup_stable_decay',
      options: { num_decay_steps, decay_type, min_lr_rate },
      warmupSteps,
      totalSteps,
    }),
  ]),
];

/** Our form of a schedule of the reference; undefined where there is none. */
export function ownSchedule(name: string): Schedule | undefined {
  for (const [pattern, ours] of forms) {
    const numbers = pattern.exec(name)?.slice(1).map(Number);
    if (numbers !== undefined) return { learningRate: 1, ...ours(...numbers) };
  }
  return undefined;
}
