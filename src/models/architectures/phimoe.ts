import { z } from 'zod';
import { LayerNorm } from '../../engine/nn/index.ts';
import { aten, cat, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count, probability } from '../config-keys.ts';
import { defineDecoder } from '../decoder/define.ts';
import {
  balanceKeys,
  balanceOf,
  NumberedFeedForward,
  separateExperts,
  SparseFeedForward,
  type Choice,
} from '../decoder/experts.ts';
import { windowOfAll } from './mistral.ts';

const schema = z
  .looseObject({
    num_local_experts: count.default(16),
    num_experts_per_tok: z.literal(2, { error: 'must be 2 for this model type' }).default(2),
    router_jitter_noise: z.number().min(0).default(0.01),
    input_jitter_noise: probability.default(0),
    lm_head_bias: z.boolean().default(false),
    ...balanceKeys,
  })
  .refine((own) => own.num_experts_per_tok <= own.num_local_experts, {
    path: ['num_local_experts'],
    error: 'is less than 2',
  });

/** Experts chosen one after another, each weighted against close competitors (Phi-3.5-MoE, Abdin et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'phimoe',
  classes: { causal: 'PhimoeForCausalLM', sequence: 'PhimoeForSequenceClassification' },
  settings: ['num_local_experts'],
  defaults: {
    vocab_size: 32064,
    hidden_size: 4096,
    intermediate_size: 6400,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 131072,
  },
  rope: { theta: 1_000_000 },
  traits(config, { raw, rope }) {
    const { attention_bias: bias, hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    const own = parseConfig(schema, raw);
    const { num_local_experts: experts, num_experts_per_tok: chosen } = own;
    const window = windowOfAll(raw);
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, window }),
      feedForward: (layer) =>
        new SparseFeedForward({
          width,
          experts,
          chosen,
          choose: (logits) => chooseInTurn(logits, chosen, 2 * own.router_jitter_noise),
          jitter: { amount: own.input_jitter_noise, site: `layers.${layer}.block_sparse_moe` },
          parts: separateExperts(experts, () => new NumberedFeedForward({ width, inner, activation })),
        }),
      feedForwardName: 'block_sparse_moe',
      norm: (size) => new LayerNorm(size, config.rms_norm_eps),
      balance: balanceOf(own, { experts, chosen }),
    };
  },
  logits: (raw) => ({ bias: parseConfig(schema, raw).lm_head_bias }),
});

/**
 * SparseMixer (Liu et al., 2024): picks the highest score, then the highest of the rest. A pick's weight is its softmax
 * share among the remaining scores whose relative distance from it is at most `near`.
 */
function chooseInTurn(logits: Tensor, chosen: number, near: number): Choice {
  const picks: Choice[] = [];
  let left = logits; // [N, E]
  for (let turn = 0; turn < chosen; turn++) {
    const [best, indices] = aten.max.dim(left, -1, { keepdim: true }); // [N, 1]
    const size = aten.maximum.default(aten.abs.default(logits), best);
    const isFar = aten.gt.Scalar(best.sub(logits).div(size), near);
    const close = aten.masked_fill.Scalar(left, isFar, Number.NEGATIVE_INFINITY);
    picks.push({ indices, weights: close.softmax(-1).gather(1, indices) });
    left = aten.scatter.value(left, 1, indices, Number.NEGATIVE_INFINITY);
  }
  return {
    indices: cat(
      picks.map((pick) => pick.indices),
      1,
    ),
    weights: cat(
      picks.map((pick) => pick.weights),
      1,
    ),
  };
}
