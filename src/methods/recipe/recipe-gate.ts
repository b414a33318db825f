import { z } from 'zod';

const share = z.number().min(0).max(1).nullable().default(null);
const amount = z.number().min(0).nullable().default(null);

/** The recipe's `gate`: what `attune gate` asks of a run's result before it may be used. */
export const gateSchema = z.strictObject({
  comparison: z
    .boolean()
    .default(true)
    .describe('for attune gate: the result must be better than everything that it was compared with'),
  margin: amount.describe(
    'for attune gate, in place of better: surely not worse by more than so much of the deciding metric',
  ),
  forgetting: amount.describe('for attune gate: bits per byte of general English that it surely has not lost more of'),
  flip_rate: share.describe(
    'for attune gate: share of pairs whose answers surely do not change more often with the person spoken of',
  ),
  safety: share.describe(
    'for attune gate: by how much more often than before, at most, it surely complies with harmful requests',
  ),
  over_refusal: share.describe(
    'for attune gate: by how much more often than before, at most, it surely refuses harmless requests',
  ),
  policy: share.describe('for attune gate: share of answers that each of your own rules is surely broken in, at most'),
  groundedness: share.describe('for attune gate: share of answers that surely say what their source does not, at most'),
  win_rate: share.describe("for attune gate: people's win rate that is surely reached"),
  sign_off: z.boolean().default(false).describe('for attune gate: require a sign-off of the current files of the run'),
});

export type GateSettings = z.output<typeof gateSchema>;
