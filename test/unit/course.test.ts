import { describe, expect, it } from 'vitest';
import { adviceText, judgeCourse, type CourseFacts } from '../../src/train/course.ts';
import { learningRateAt } from '../../src/train/schedule.ts';

/** A run under cosine with a validation after each third, each change with this error. */
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
      'validation loss rose since step 75 of 225 (2 to 2.3); the result is step 75; fewer epochs (about 1) or a lower rate, or more rows',
    );
    expect(judgeCourse(courseOf([3, 2, 2.1, 2.3]))!.finding).toContain('the result is the last step');
  });

  it('calls a run unstable whose first steps did harm, or whose training loss rose', () => {
    const harmed = judgeCourse(courseOf([1.937, 2.411, 1.985, 1.794], { learningRate: 5e-3 }))!;
    expect(adviceText(harmed, 'run')).toMatch(/unstable: .* 1\.94 to 2\.41 by step 75: .* --learning-rate 0\.0013$/);
    const trainLosses = Array.from({ length: 100 }, (_, step) => ({ step, value: 1 + step / 100 }));
    expect(judgeCourse(courseOf([3, 2, 2, 2], { trainLosses }))).toMatchObject({ course: 'unstable' });
  });
});
