import type { Architecture } from '../architecture.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { deltaNetTraits, GroupedDeltaNet } from '../decoder/gated-delta-net.ts';
import { gatedExperts } from './qwen3-moe.ts';

/** Default experts. */
export const qwen3NextExperts = {
  num_experts: 512,
  num_experts_per_tok: 10,
  moe_intermediate_size: 512,
  shared_expert_intermediate_size: 512,
  norm_topk_prob: true,
};

const decoder = defineDecoder({
  modelType: 'qwen3_next',
  classes: decoderClasses('Qwen3Next'),
  settings: ['num_experts', 'num_local_experts'],
  defaults: {
    vocab_size: 151936,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 48,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 256,
    max_position_embeddings: 32768,
  },
  rope: { share: 0.25 },
  traits: (config, context) => ({
    ...deltaNetTraits(config, context, GroupedDeltaNet),
    ...gatedExperts(config, context, qwen3NextExperts),
  }),
});

/** Three layers of linear attention, then one of gated attention, each with many narrow experts (Qwen Team, 2025). */
export const architecture: Architecture = { ...decoder, passedOver: () => [/^mtp\./] };
