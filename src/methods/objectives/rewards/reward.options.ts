import { z } from 'zod';
import { graderSchema } from '../../../eval/graders/grader.options.ts';

const column = z.string().min(1).default('answer').describe("the row's column with the right answer");

/** Rewards that need no code. */
export const rewardRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('exact'), column }),
  z.strictObject({ rule: z.literal('regex'), pattern: z.string().min(1) }),
  z.strictObject({ rule: z.literal('json_schema'), schema: z.record(z.string(), z.json()) }),
  z.strictObject({ rule: z.literal('numeric'), column, tolerance: z.number().min(0).default(1e-6) }),
  z.strictObject({
    rule: z.literal('edit_distance'),
    column,
    unit: z.enum(['characters', 'words']).default('characters'),
  }),
  z.strictObject({ rule: z.literal('length'), most: z.int().positive() }),
  z.strictObject({ rule: z.literal('grader'), grader: graderSchema }),
]);

export type RewardRule = z.output<typeof rewardRule>;

const named = z.enum(['exact', 'numeric', 'edit_distance']).transform((rule) => rewardRule.parse({ rule }));
const reference = z.string().regex(/^(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs)#[A-Za-z_$][\w$]*$/);

/** One reward: a function of the user's, or a rule. */
export const rewardSpec = z.union([named, rewardRule, reference], {
  error:
    'expected ./rewards.ts#name, exact, numeric, edit_distance, or {rule: exact|regex|json_schema|numeric|edit_distance|length|grader, …}',
});

export type RewardSpec = z.output<typeof rewardSpec>;
