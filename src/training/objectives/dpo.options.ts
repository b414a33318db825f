import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Names of the losses. Their formulas are in preference-losses.ts, which loads the engine. */
const lossNames = [
  'sigmoid',
  'sigmoid_norm',
  'hinge',
  'ipo',
  'robust',
  'exo_pair',
  'nca_pair',
  'bco_pair',
  'sppo_hard',
  'aot',
  'aot_unpaired',
  'apo_zero',
  'apo_down',
  'discopop',
  'sft',
] as const;

export type DpoLossName = (typeof lossNames)[number];

const lossName = z.enum(lossNames);

/** Trains on pairs of a better and a worse answer to the same prompt. */
export const options = z
  .strictObject({
    beta: z.number().positive().default(0.1).describe('how strongly the model is tied to the reference'),
    loss_type: z
      .union([lossName.transform((name) => [name]), z.array(lossName).min(1)], {
        error: `expected one of ${lossNames.join(', ')}, or a list of them`,
      })
      .prefault('sigmoid')
      .describe(
        'loss names and formulas of TRL 1.9: ipo averages over tokens, bco_pair has no running mean; several ' +
          'losses are summed',
      ),
    loss_weights: z
      .array(z.number())
      .min(1)
      .nullable()
      .default(null)
      .describe('weights of several losses (default: 1 each)'),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .default(0)
      .describe('probability that a pair is labelled the wrong way round; for exo_pair 0 means 0.001'),
    f_divergence_type: z
      .enum(['reverse_kl', 'forward_kl', 'js_divergence', 'alpha_divergence'])
      .default('reverse_kl')
      .describe("divergence from the reference, given by f'(u) as in TRL 1.9"),
    f_alpha_divergence_coef: z.number().default(0.5).describe('alpha of alpha_divergence'),
    discopop_tau: z.number().positive().default(0.05).describe('tau of discopop'),
    reference_free: z.boolean().default(false).describe('train without a reference, as if it rated all answers alike'),
    ref_model: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('folder or name of the reference (default: the base model)'),
    precompute_ref_log_probs: z
      .boolean()
      .default(false)
      .describe('compute the log-probabilities of the reference once and keep them on disk'),
    rpo_alpha: z
      .number()
      .min(0)
      .nullable()
      .default(null)
      .describe('weight of the cross-entropy of chosen answers, added to the loss (RPO), like loss_type sft'),
    use_weighting: z.boolean().default(false).describe('weight pairs by their probability under the model (WPO)'),
    ld_alpha: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('weight of tokens beyond the length of the shorter answer (LD-DPO), also for the reference'),
  })
  .check(({ value, issues }) => {
    const { loss_weights: weights, loss_type: losses } = value;
    if (weights !== null && weights.length !== losses.length) {
      const message = `must have ${losses.length} numbers, one for each of loss_type`;
      issues.push({ code: 'custom', message, path: ['loss_weights'], input: weights });
    }
    if (value.reference_free && value.ref_model !== null) {
      const message = 'has no effect with reference_free: true';
      issues.push({ code: 'custom', message, path: ['ref_model'], input: value.ref_model });
    }
  });

export type DpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  preference: ({ reference_free: isFree }) => (isFree ? 'whole' : 'reference'),
  run: () => import('./dpo.ts'),
});
