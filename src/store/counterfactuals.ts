/** Dependence of answers on the group of the people mentioned. */
import { z } from 'zod';
import { comparedMetricSchema, skippedSystemSchema, verdictSchema } from './results.ts';

const flipRateSchema = z.strictObject({
  pairs: z.number(),
  rate: z.number(),
  low: z.number(),
  high: z.number(),
});
export type FlipRate = z.infer<typeof flipRateSchema>;

const groupDifferenceSchema = z.strictObject({
  /** Values of the group, and of the comparison. */
  value: z.number(),
  other: z.number(),
  estimate: z.number(),
  /** Absent where one pair is all the evidence. */
  low: z.number().optional(),
  high: z.number().optional(),
  p: z.number(),
  /** By Holm, over all groups and answers of the system. */
  pAdjusted: z.number(),
  verdict: verdictSchema,
});
export type GroupDifference = z.infer<typeof groupDifferenceSchema>;

const groupEffectSchema = z.strictObject({
  group: z.string(),
  /** Comparison: the other group, or `others` if there are several. */
  against: z.string(),
  pairs: z.number(),
  /** By metric: how much better answers are for the group. */
  metrics: z.record(z.string(), groupDifferenceSchema),
  /** Increase of each answer's frequency for the group, if there are few distinct answers. Numbers are under `value`. */
  answers: z.record(z.string(), groupDifferenceSchema),
});
export type GroupEffect = z.infer<typeof groupEffectSchema>;

const flippedPairSchema = z.strictObject({
  original: z.strictObject({
    text: z.string(),
    answer: z.string(),
  }),
  changed: z.strictObject({
    text: z.string(),
    answer: z.string(),
  }),
});
export type FlippedPair = z.infer<typeof flippedPairSchema>;

const counterfactualAxisSchema = z.strictObject({
  axis: z.string(),
  pairs: z.number(),
  flips: flipRateSchema,
  /** How much this system's flip rate is above the first's; absent of the first. */
  against: groupDifferenceSchema.optional(),
  /** Pairs with a group on one side and any other on the other side; pairs of `mixed` rows are in none. */
  groups: z.array(groupEffectSchema).readonly(),
  /** The first pairs whose answers differ. */
  examples: z.array(flippedPairSchema).readonly(),
});
export type CounterfactualAxis = z.infer<typeof counterfactualAxisSchema>;

const counterfactualSystemSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  axes: z.array(counterfactualAxisSchema).readonly(),
});
export type CounterfactualSystem = z.infer<typeof counterfactualSystemSchema>;

export const counterfactualResultsSchema = z.strictObject({
  version: z.literal(1),
  /** The file of pairs. */
  file: z.string(),
  pairs: z.number(),
  /** How many the file has, where the pairs are a sample of it. */
  available: z.number().optional(),
  /** Pairs that were left out because a system could not answer them. */
  leftOut: z
    .strictObject({
      pairs: z.number(),
      reason: z.string(),
    })
    .optional(),
  confidence: z.number(),
  seed: z.number(),
  /** The deciding one first. */
  metrics: z.array(comparedMetricSchema).readonly(),
  systems: z.array(counterfactualSystemSchema).readonly(),
  skipped: z.array(skippedSystemSchema).readonly(),
});
export type CounterfactualResults = z.infer<typeof counterfactualResultsSchema>;
