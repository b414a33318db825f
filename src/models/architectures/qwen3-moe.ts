import { z } from 'zod';
import { parseConfig } from '../config.ts';
import { count, type DecoderConfig } from '../decoder/config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { balanceKeys, balanceOf, separateExperts, SparseFeedForward } from '../decoder/experts.ts';
import { FeedForward, type FeedForwardPart } from '../decoder/feed-forward.ts';
import { windowOfAll } from './mistral.ts';

const schema = z
  .looseObject({
    use_sliding_window: z.boolean().default(false),
    moe_intermediate_size: count.default(768),
    num_experts: z.int().min(0).default(128),
    num_experts_per_tok: count.default(8),
    norm_topk_prob: z.boolean().default(false),
    decoder_sparse_step: count.default(1),
    mlp_only_layers: z.array(z.int()).nullish(),
    ...balanceKeys,
  })
  .refine((own) => own.num_experts_per_tok <= own.num_experts || own.num_experts === 0, {
    path: ['num_experts_per_tok'],
    error: 'is more than there are experts',
  });

/** Qwen3 with some of many feed-forward halves for each token (Yang et al., 2025). */
export const architecture = defineDecoder({
  modelType: 'qwen3_moe',
  classes: decoderClasses('Qwen3Moe'),
  settings: ['num_experts', 'num_local_experts'],
  defaults: { max_position_embeddings: 32768, num_key_value_heads: 4 },
  traits(config, { raw, rope }) {
    const { attention_bias: bias } = config;
    // transformers 5 has another name for it.
    const own = parseConfig(schema, { ...raw, num_experts: raw.num_experts ?? raw.num_local_experts });
    const window = own.use_sliding_window ? windowOfAll(raw, 4096) : undefined;
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'head', window }),
      feedForward: (layer) => feedForwardOf(layer, own, config),
      balance: balanceOf(own, { experts: own.num_experts, chosen: own.num_experts_per_tok }),
    };
  },
});

function feedForwardOf(layer: number, own: z.output<typeof schema>, config: DecoderConfig): FeedForwardPart {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const isDense = own.num_experts === 0 || (own.mlp_only_layers ?? []).includes(layer);
  if (isDense || (layer + 1) % own.decoder_sparse_step !== 0) return new FeedForward({ width, inner, activation });
  return new SparseFeedForward({
    width,
    experts: own.num_experts,
    chosen: own.num_experts_per_tok,
    normalises: own.norm_topk_prob,
    parts: separateExperts(
      own.num_experts,
      () => new FeedForward({ width, inner: own.moe_intermediate_size, activation }),
    ),
  });
}
