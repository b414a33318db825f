import { AttuneError, type ErrorCode } from '../../../base/errors.ts';
import { callTexts } from './sample-text.ts';
import type { PlacedSample, Reward } from './reward.ts';

/** Error for a reward function without a usable result, including the answer that it was given. */
export function rewardFailure(
  code: ErrorCode,
  { name, what, got, expected, fix }: { name: string; what: string; got?: string; expected?: string; fix: string },
  sample: PlacedSample | undefined,
): AttuneError {
  const problems = sample === undefined ? [] : [{ ...sample.source, message: callTexts(sample) }];
  return new AttuneError(code, { what: `The reward ${name} ${what}`, got, expected, problems, fix });
}

/** Checks a function's return value. @throws AttuneError E_REWARD_TYPE, E_REWARD_NOT_FINITE */
export function checkedReward(name: string, value: unknown, sample: PlacedSample): Reward {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'number') {
    const what = 'returned something that is not a number';
    const fix = 'return a number, or null to abstain';
    throw rewardFailure(
      'E_REWARD_TYPE',
      { name, what, got: describe(value), expected: 'a number or null', fix },
      sample,
    );
  }
  if (Number.isFinite(value)) return value;
  const what = 'returned a number that is not finite';
  const fix = 'guard divisions and logarithms; return null where there is no reward';
  throw rewardFailure('E_REWARD_NOT_FINITE', { name, what, got: String(value), fix }, sample);
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value)}`;
}
