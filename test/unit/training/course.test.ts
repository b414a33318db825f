import { describe, expect, it } from 'vitest';
import { adviceText, judgeCourse } from '../../../src/training/course.ts';
import { learningRateAt } from '../../../src/methods/recipe/rate-schedule.ts';
import type { CourseFacts, RewardCurves } from '../../../src/training/reward-course.ts';

/** A run with a cosine schedule and three validations; every change has this error. */
function courseOf(losses: readonly number[], changes: Partial<CourseFacts> & { error?: number } = {}): CourseFacts {
  const { error = 0.001, ...rest } = changes;
  const each = 75;
  const totalSteps = each * (losses.length - 1);
  const schedule = { scheduler: 'cosine', learningRate: 1, warmupSteps: 7, totalSteps } as const;
  const sum = (from: number) => {
    let rates = 0;
    for (let step = from; step < totalSteps; step++) rates += learningRateAt(schedule, step);
    return rates;
  };
  const evaluations = losses.map((loss, i) => ({
    step: i * each,
    loss,
    ...(i === 0 ? {} : { change: { mean: loss - losses[i - 1], error } }),
  }));
  return {
    evaluations,
    trainLosses: Array.from({ length: 100 }, (_, step) => ({ step, value: 2 - step / 100 })),
    rateShareAfter: (step) => sum(step) / sum(0),
    resultStep: totalSteps,
    epochs: losses.length - 1,
    learningRate: 2e-4,
    usualRate: 2e-4,
    ...rest,
  };
}

describe('what the course of the losses says of the settings', () => {
  // Validation losses of runs on attune-base: docs/training-defaults.md.
  it.each([
    ['a rate ten times too low', [1.937, 1.803, 1.732, 1.699], { epochs: 3, learning_rate: 6e-4 }],
    ['a rate five times too low', [3.617, 1.346, 0.458, 0.362], { epochs: 3 }],
    ['too few epochs', [1.937, 1.367, 0.376, 0.29], { epochs: 3, learning_rate: 6e-4 }],
  ])('still falls with %s', (_, losses, change) => {
    const advice = judgeCourse(courseOf(losses));
    expect(advice).toMatchObject({ course: 'falling', change });
    expect(adviceText(advice!, 'runs/tickets')).toContain('attune runs continue runs/tickets --epochs 3');
    expect(advice!.finding).toMatch(/^validation loss was still falling \(.* in the last 75 of 225 steps\)$/);
  });

  it.each([
    ['classification at 2e-3', [1.937, 0.348, 0.267, 0.243]],
    ['classification at 1e-3', [1.937, 0.642, 0.214, 0.202]],
    ['all weights at 1e-3', [1.937, 0.304, 0.203, 0.196]],
    ['answers at 2e-3', [3.617, 0.022, 0.004, 0.003]],
    ['one epoch', [3, 1]],
    ['no validation', []],
  ])('says nothing of a run that settled: %s', (_, losses) => {
    expect(judgeCourse(courseOf(losses))).toBeUndefined();
  });

  it('takes no fall and no rise within the noise for one', () => {
    expect(judgeCourse(courseOf([1.937, 1.803, 1.732, 1.699], { error: 0.05 }))).toBeUndefined();
    expect(judgeCourse(courseOf([3, 2, 2.1, 2.2], { error: 0.2 }))).toBeUndefined();
  });

  it('names the step from which it rose, and fewer epochs', () => {
    const advice = judgeCourse(courseOf([3, 2, 2.1, 2.3], { resultStep: 75 }))!;
    expect(adviceText(advice, 'run')).toBe(
      'validation loss rose since step 75 of 225 (2 to 2.3); the result is step 75; use fewer epochs (about 1), a lower rate, or more rows',
    );
    expect(judgeCourse(courseOf([3, 2, 2.1, 2.3]))!.finding).toContain('the result is the last step');
  });

  it('calls a run unstable whose first steps did harm, or whose training loss rose', () => {
    const harmed = judgeCourse(courseOf([1.937, 2.411, 1.985, 1.794], { learningRate: 5e-3 }))!;
    expect(adviceText(harmed, 'run')).toMatch(/unstable: .* 1\.94 to 2\.41 by step 75: .* --learning-rate 0\.0013$/);
    const trainLosses = Array.from({ length: 100 }, (_, step) => ({ step, value: 1 + step / 100 }));
    expect(judgeCourse(courseOf([3, 2, 2, 2], { trainLosses }))).toMatchObject({ course: 'unstable' });
  });

  it('takes a training loss that rose within its noise, or around 0, for no divergence', () => {
    const around = (mean: number, noise: number) =>
      Array.from({ length: 60 }, (_, step) => ({ step, value: mean + noise * (step % 2 === 0 ? 1 : -1) + step / 1e4 }));
    expect(judgeCourse(courseOf([3, 2, 2, 2], { trainLosses: around(1, 0.5) }))).toBeUndefined();
    expect(judgeCourse(courseOf([3, 2, 2, 2], { trainLosses: around(-0.002, 0.01) }))).toBeUndefined();
  });

  it('names the usual rate of a tuning whose run had a far lower one', () => {
    // prompt_tuning at one fiftieth of its rate.
    const advice = judgeCourse(courseOf([3.58, 2.6, 2.1, 1.82], { learningRate: 1e-3, usualRate: 5e-2 }))!;
    expect(advice).toMatchObject({ course: 'falling', change: { epochs: 3, learning_rate: 5e-2 } });
    expect(adviceText(advice, 'run')).toMatch(/; or train again with a higher rate, --learning-rate 0\.05$/);
  });
});

/** Rewards of ten steps for each of these means, with alternating noise of this size. */
function rewardsOf(means: readonly number[], noise: number, others: Partial<RewardCurves> = {}): Partial<CourseFacts> {
  const rewards = means.flatMap((mean, ten) =>
    Array.from({ length: 10 }, (_, i) => {
      const next = means[ten + 1] ?? 2 * mean - means[ten - 1];
      return {
        step: 10 * ten + i + 1,
        value: mean + ((next - mean) * i) / 10 + noise * [1, -1, 0.3, -0.3, 0.6, -0.6][i % 6],
      };
    }),
  );
  const trainLosses = rewards.map(({ step }) => ({ step, value: (step % 2 === 0 ? -1 : 1) * 1e-3 * (1 + step) }));
  return { trainLosses, epochs: 4, rewards: { rewards, alike: [], entropies: [], distances: [], ...others } };
}

const constant = (value: number, length: number) => Array.from({ length }, (_, step) => ({ step, value }));

// Mean rewards of ten steps each, measured on attune-base.
describe('what the course of the rewards says', () => {
  it.each([
    ['GRPO from 0.04 to 1', [0.042, 0.268, 0.907, 0.999, 1], 0.01],
    ['GRPO that keeps what it has', [0.1, 0.5, 0.8, 0.9, 0.92, 0.92, 0.92], 0.03],
  ])('changes nothing in a run that rose and settled: %s', (_, means, noise) => {
    const entropies = constant(0.4, 50);
    const judged = judgeCourse(courseOf([], rewardsOf(means, noise, { entropies, distances: constant(0.2, 50) })))!;
    expect(judged).toMatchObject({ course: 'settled', change: {} });
    expect(adviceText(judged, 'run')).toMatch(
      /^the reward rose and settled: sampled reward 0\.\d+ to \d.* steps, entropy 0\.4 to 0\.4, distance to the reference 0\.2 to 0\.2$/,
    );
  });

  it('names answers that became alike while the reward rose', () => {
    const entropies = Array.from({ length: 50 }, (_, step) => ({ step, value: 2 * 0.8 ** step }));
    const judged = judgeCourse(courseOf([], rewardsOf([0.042, 0.268, 0.907, 0.999, 1], 0.01, { entropies })))!;
    expect(judged).toMatchObject({ course: 'settled' });
    expect(judged.finding).toContain('nearly alike');
  });

  it.each([
    ['RLOO', [0.042, 0.202, 0.646, 0.912], 0.05],
    ['PPO', [0.029, 0.078, 0.253, 0.481], 0.05],
    ['sorting', [0.094, 0.113, 0.164, 0.222, 0.212, 0.286, 0.344, 0.395, 0.487, 0.777], 0.06],
  ])('goes on with a run that still rises: %s', (_, means, noise) => {
    const advice = judgeCourse(courseOf([], rewardsOf(means, noise)))!;
    expect(adviceText(advice, 'run')).toMatch(/^the reward was still rising .*: attune runs continue run --epochs 4$/);
  });

  it('warns where the reward has not moved beyond its noise, and says what to do', () => {
    const means = [0.358, 0.364, 0.4, 0.362, 0.386, 0.389];
    const rates = { learningRate: 1e-4, usualRate: 7e-4 };
    const advice = judgeCourse(courseOf([], { ...rewardsOf(means, 0.15), ...rates }))!;
    expect(advice).toMatchObject({ course: 'flat', change: { epochs: 17, learning_rate: 7e-4 } });
    expect(adviceText(advice, 'run')).toMatch(
      /^the reward has not moved beyond its noise .* in 60 steps: train for longer, --epochs 17; or at the usual rate/,
    );
    const fast = { learningRate: 1e-4, usualRate: 2e-5 };
    const sums = judgeCourse(courseOf([], { ...rewardsOf([0.323, 0.341, 0.33], 0.1), ...fast }))!;
    expect(sums).toMatchObject({ course: 'flat', change: { learning_rate: 2e-5 } });
    const alike = judgeCourse(courseOf([], rewardsOf([1, 1, 1], 0, { alike: constant(1, 30) })))!;
    expect(alike.finding).toContain('at 100 % of the prompts all answers got the same reward');
    expect(alike.change).toEqual({});
  });

  it('wants a lower rate where the reward fell, or answers became alike without it', () => {
    const fell = judgeCourse(courseOf([], { ...rewardsOf([0.38, 0.3, 0.1, 0.02], 0.05), learningRate: 1e-4 }))!;
    expect(fell).toMatchObject({ course: 'unstable', change: { learning_rate: 2.5e-5 } });
    const entropies = Array.from({ length: 40 }, (_, step) => ({ step, value: 0.4 * 0.8 ** step }));
    const collapsed = judgeCourse(courseOf([], rewardsOf([0.3, 0.3, 0.3, 0.3], 0.05, { entropies })))!;
    expect(collapsed).toMatchObject({ course: 'unstable' });
    expect(collapsed.finding).toContain('entropy');
  });
});
