import { z } from 'zod';
import { ModuleBuffer } from '../../engine/nn/index.ts';
import { zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { defineDecoder } from '../decoder/define.ts';
import {
  NumberedFeedForward,
  separateExperts,
  SparseFeedForward,
  chosenAmong,
  type SparseShape,
} from '../decoder/experts.ts';
import { chooseByGroups } from '../decoder/grouped-experts.ts';
import { lfm2Defaults, lfm2FeedForward, lfm2Keys, lfm2Traits } from './lfm2.ts';

const schema = z
  .looseObject({
    moe_intermediate_size: count.default(1792),
    num_dense_layers: z.int().min(0).default(2),
    num_experts: count.default(32),
    num_experts_per_tok: count.default(4),
    norm_topk_prob: z.boolean().default(true),
    use_expert_bias: z.boolean().default(true),
    routed_scaling_factor: z.number().default(1),
  })
  .refine(...chosenAmong('num_experts_per_tok', 'num_experts'));

export function lfm2Experts(raw: RawConfig) {
  return parseConfig(schema, raw);
}

/** LFM2 with many narrow experts in all but the first layers (Liquid AI, 2025). */
export const architecture = defineDecoder({
  modelType: 'lfm2_moe',
  classes: { causal: 'Lfm2MoeForCausalLM' },
  settings: ['num_experts'],
  defaults: { ...lfm2Defaults, hidden_size: 2048, intermediate_size: 7168 },
  rope: { theta: 1_000_000 },
  read: lfm2Keys,
  traits(config, context) {
    const { hidden_size: width, intermediate_size, hidden_act: activation } = config;
    const own = lfm2Experts(context.raw);
    const { num_experts: experts, num_experts_per_tok: chosen, moe_intermediate_size: inner } = own;
    return {
      ...lfm2Traits(config, context),
      feedForward(layer) {
        if (layer < own.num_dense_layers) return lfm2FeedForward(width, intermediate_size);
        const bias = own.use_expert_bias ? new ModuleBuffer([experts]) : undefined;
        const by = { scores: 'sigmoid', best: 1, least: 1e-6 } as const;
        const parts = separateExperts(experts, () => new NumberedFeedForward({ width, inner, activation }));
        const choose = (logits: Tensor) => chooseByGroups(logits, own, by, bias?.tensor);
        return new BiasedExperts({ width, experts, chosen, choose, parts }, bias);
      },
    };
  },
});

/** Experts chosen by biased scores. */
class BiasedExperts extends SparseFeedForward {
  readonly expert_bias?: ModuleBuffer;

  constructor(shape: SparseShape, bias: ModuleBuffer | undefined) {
    super(shape);
    if (bias !== undefined) this.expert_bias = bias;
  }

  override fixedValue(_name: string, options: { dtype: DType; device: string }): Tensor {
    return zeros(this.expert_bias!.shape, options);
  }
}
