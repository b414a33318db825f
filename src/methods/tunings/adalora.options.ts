import { z } from 'zod';
import { defineTuning } from '../method.ts';
import {
  MOST_RANK,
  layerKeys,
  readTargets,
  savedModules,
  storedDropout,
  storedFactor,
  storedRank,
  targetOptions,
} from './target-options.ts';

const steps = z.int().min(0);
const smoothing = z.number().min(0).lt(1);

/** Low-rank updates as singular triplets, pruned to the most important ones during training (Zhang et al., 2023). */
export const options = z.strictObject({
  init_r: z.int().positive().max(MOST_RANK).default(12).describe('initial rank of each update'),
  target_r: z.int().positive().max(MOST_RANK).default(8).describe('average rank of the updates at the end'),
  alpha: z.number().positive().default(8).describe('the update is scaled by alpha / init_r'),
  dropout: z.number().min(0).lt(1).default(0).describe("dropout on the adapter's input"),
  tinit: steps.default(0).describe('steps before the first ranks are removed'),
  tfinal: steps.default(0).describe('steps at the end during which ranks stay fixed'),
  delta_t: z.int().positive().default(1).describe('steps between two prunings'),
  total_step: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('total steps of the rank schedule (default: those of the run)'),
  beta1: smoothing.default(0.85).describe("smoothing of a triplet's importance"),
  beta2: smoothing.default(0.85).describe('smoothing of the variation of that importance'),
  orth_reg_weight: z.number().min(0).default(0.5).describe('weight of the orthogonality penalty on triplets'),
  ...targetOptions,
  ...savedModules,
});

export type AdaloraOptions = z.output<typeof options> & {
  /** Remaining triplets of each layer, in an adapter that was pruned when saved. */
  rank_pattern?: Readonly<Record<string, readonly boolean[]>>;
};

const config = z.object({
  ...layerKeys,
  init_r: storedRank,
  target_r: storedRank,
  lora_alpha: storedFactor,
  lora_dropout: storedDropout,
  tinit: steps.nullish(),
  tfinal: steps.nullish(),
  deltaT: z.int().positive().nullish(),
  total_step: z.int().positive().nullish(),
  beta1: smoothing.nullish(),
  beta2: smoothing.nullish(),
  orth_reg_weight: z.number().min(0).nullish(),
  rank_pattern: z.record(z.string(), z.array(z.boolean()).max(100_000)).nullish(),
  /** LoRA's keys, which PEFT writes for these adapters but ignores. */
  r: z.unknown().optional(),
  use_rslora: z.unknown().optional(),
  init_lora_weights: z.unknown().optional(),
});

export const method = defineTuning({
  options: options
    .refine(({ init_r, target_r }) => target_r <= init_r, {
      error: 'more than init_r: ranks are removed, never added',
      path: ['target_r'],
    })
    .refine(({ tinit, tfinal, total_step: total }) => total === null || tinit + tfinal < total, {
      error: 'no more than tinit and tfinal together: no step is left for removing ranks',
      path: ['total_step'],
    }),
  keepsWeights: true,
  peft: {
    types: ['ADALORA'],
    config,
    read: (written): AdaloraOptions => ({
      init_r: written.init_r,
      target_r: written.target_r,
      alpha: written.lora_alpha,
      dropout: written.lora_dropout,
      tinit: written.tinit ?? 0,
      tfinal: written.tfinal ?? 0,
      delta_t: written.deltaT ?? 1,
      total_step: written.total_step ?? null,
      beta1: written.beta1 ?? 0.85,
      beta2: written.beta2 ?? 0.85,
      orth_reg_weight: written.orth_reg_weight ?? 0.5,
      rank_pattern: written.rank_pattern ?? undefined,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 5 },
  run: () => import('./adalora.ts'),
});
