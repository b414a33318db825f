import type { Architecture } from '../architecture.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { deltaNetTraits, SplitDeltaNet } from '../decoder/gated-delta-net.ts';
import { architecture as dense } from './qwen3-5-text.ts';
import { gatedExperts } from './qwen3-moe.ts';

/** Default experts. */
export const qwen35Experts = {
  num_experts: 256,
  num_experts_per_tok: 8,
  moe_intermediate_size: 512,
  shared_expert_intermediate_size: 512,
  norm_topk_prob: true,
};

const decoder = defineDecoder({
  modelType: 'qwen3_5_moe_text',
  classes: decoderClasses('Qwen3_5Moe'),
  settings: ['num_experts', 'num_local_experts'],
  defaults: {
    vocab_size: 248320,
    hidden_size: 2048,
    // Unused: every layer has experts.
    intermediate_size: 512,
    num_hidden_layers: 40,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 256,
    max_position_embeddings: 32768,
  },
  rope: { share: 0.25 },
  traits: (config, context) => ({
    ...deltaNetTraits(config, context, SplitDeltaNet),
    ...gatedExperts(config, context, qwen35Experts),
  }),
});

/** Qwen3.5 with many narrow experts in each layer (Qwen Team, 2026). */
export const architecture: Architecture = {
  ...decoder,
  passedOver: dense.passedOver,
  formerNames: dense.formerNames,
};
