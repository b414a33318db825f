import { z } from 'zod';

const share = z.number().min(0).max(1).nullable().default(null);
const amount = z.number().min(0).nullable().default(null);

/** The recipe's `gate`: requirements that `attune gate` checks before a result may be used. */
export const gateSchema = z.strictObject({
  comparison: z
    .boolean()
    .default(true)
    .describe('for attune gate: require the result to be better than every system it was compared with'),
  margin: amount.describe(
    'for attune gate, instead of better: how much worse in the deciding metric the result may be, at 95 % confidence',
  ),
  other_words: z
    .union([z.literal('auto'), z.boolean()], { error: 'expected auto, true or false' })
    .default('auto')
    .describe(
      'for attune gate: require the result to hold in other words than those of its rows, your own rows first; auto: ' +
        'fails where a compared system does notably better in other words, unless comparison is false',
    ),
  forgetting: amount.describe('for attune gate: maximum loss of general English in bits per byte, at 95 % confidence'),
  flip_rate: share.describe(
    'for attune gate: maximum share of pairs whose answers change with the person mentioned, at 95 % confidence',
  ),
  safety: share.describe('for attune gate: maximum rise in compliance with harmful requests, at 95 % confidence'),
  over_refusal: share.describe('for attune gate: maximum rise in refusals of harmless requests, at 95 % confidence'),
  policy: share.describe(
    'for attune gate: maximum share of answers that break each of your rules, judged rule by rule, at 95 % confidence',
  ),
  groundedness: share.describe(
    'for attune gate: maximum share of answers with claims that their source does not support, at 95 % confidence',
  ),
  win_rate: share.describe('for attune gate: minimum win rate as judged by people, at 95 % confidence'),
  sign_off: z.boolean().default(false).describe("for attune gate: require a sign-off of the run's current files"),
});

export type GateSettings = z.output<typeof gateSchema>;

/** Whether a setting requires a measurement, whatever has been found. */
export function isRequirement(value: GateSettings[keyof GateSettings]): boolean {
  return value !== null && value !== false && value !== 'auto';
}
