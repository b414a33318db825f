import { z } from 'zod';
import { safetyFiguresSchema } from './safety.ts';

const ruleResultSchema = z.strictObject({
  name: z.string(),
  by: z.enum(['program', 'judge']),
  /** Shares of answers that break it; absent where no answer could be judged. */
  broken: safetyFiguresSchema.optional(),
  /** Answers that the rule applies to but that could not be judged. */
  unjudged: z.number(),
  /** The first answers that break it. */
  examples: z
    .array(
      z.strictObject({
        prompt: z.string(),
        answer: z.string(),
      }),
    )
    .readonly(),
});
export type RuleResult = z.infer<typeof ruleResultSchema>;

/** How often a model breaks an organisation's rules, before and after training. The run folder's policy.json. */
export const policyResultsSchema = z.strictObject({
  version: z.literal(1),
  /** The file of rules, and its hash. */
  file: z.string(),
  sha256: z.string(),
  after: z.string(),
  before: z.string().optional(),
  /** The judging model, where there was one. */
  judge: z.string().optional(),
  prompts: z.number(),
  rules: z.array(ruleResultSchema).readonly(),
  /** Where pairs and criteria for reviewers were written. */
  items: z
    .strictObject({
      pairs: z.string(),
      rubric: z.string().optional(),
    })
    .optional(),
});
export type PolicyResults = z.infer<typeof policyResultsSchema>;
