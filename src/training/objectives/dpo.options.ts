import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Names of the losses; their formulas are in preference-losses.ts, which loads the engine. */
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

/** Pairs of a better and a worse answer to one prompt. */
export const options = z
  .strictObject({
    beta: z.number().positive().default(0.1).describe('how strongly the model is held to the reference'),
    loss_type: z
      .union([lossName.transform((name) => [name]), z.array(lossName).min(1)], {
        error: `expected one of ${lossNames.join(', ')}, or a list of them`,
      })
      .prefault('sigmoid')
      .describe(
        "TRL's names, formulas of TRL 1.9: ipo takes means over tokens, bco_pair no running mean; several are added up",
      ),
    loss_weights: z
      .array(z.number())
      .min(1)
      .nullable()
      .default(null)
      .describe('weights of several losses; 1 each unless given'),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .default(0)
      .describe('probability that a pair is the wrong way round; 0 means 0.001 for exo_pair'),
    f_divergence_type: z
      .enum(['reverse_kl', 'forward_kl', 'js_divergence', 'alpha_divergence'])
      .default('reverse_kl')
      .describe("distance to the reference, by f'(u) as in TRL 1.9"),
    f_alpha_divergence_coef: z.number().default(0.5).describe('of alpha_divergence'),
    discopop_tau: z.number().positive().default(0.05).describe('of discopop'),
    reference_free: z.boolean().default(false).describe('compare with no reference: every answer alike'),
    ref_model: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('folder or name of the reference; the base model unless given'),
    precompute_ref_log_probs: z
      .boolean()
      .default(false)
      .describe("the reference's log-probabilities are computed once and kept on disk"),
    rpo_alpha: z
      .number()
      .min(0)
      .nullable()
      .default(null)
      .describe("weight of the chosen answers' cross-entropy, added to the loss (RPO): as loss_type sft"),
    use_weighting: z.boolean().default(false).describe('weigh pairs by how probable the model finds them (WPO)'),
    ld_alpha: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('weight of tokens past the shorter answer (LD-DPO), counted in the answer, for the reference too'),
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
