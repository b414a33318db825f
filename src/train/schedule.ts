export interface Schedule {
  scheduler: 'cosine' | 'linear' | 'constant';
  /** Peak. */
  learningRate: number;
  warmupSteps: number;
  totalSteps: number;
}

/**
 * The learning rate of a step (0-based): rises in a line over the warm-up, its first step included, so that no step is
 * wasted at 0; then falls to 0 along half a cosine or a line, or stays.
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRate, warmupSteps, totalSteps, scheduler } = schedule;
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
  if (scheduler === 'constant') return learningRate;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  return scheduler === 'linear'
    ? learningRate * (1 - progress)
    : (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}

/** Steps that warm up: as given, or a share of all. */
export function warmupSteps(
  options: { warmup_steps: number | null; warmup_ratio: number },
  totalSteps: number,
): number {
  return options.warmup_steps ?? Math.ceil(options.warmup_ratio * totalSteps);
}
