import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { gatedExperts } from './qwen3-moe.ts';

const schema = z.looseObject({
  qkv_bias: z.boolean().default(true),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().min(0).nullish().default(4096),
  max_window_layers: z.int().min(0).default(28),
  layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).nullish(),
});

const experts = {
  moe_intermediate_size: 1408,
  num_experts: 60,
  num_experts_per_tok: 4,
  shared_expert_intermediate_size: 5632,
};

/** Qwen2 with routed experts and a gated shared expert (Yang et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'qwen2_moe',
  classes: decoderClasses('Qwen2Moe'),
  settings: ['num_experts', 'num_local_experts'],
  defaults: {
    vocab_size: 151936,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    max_position_embeddings: 32768,
  },
  traits(config, context) {
    const { raw, rope } = context;
    const own = parseConfig(schema, raw);
    const isSliding = (layer: number) =>
      own.use_sliding_window &&
      (own.layer_types?.[layer] ??
        (layer % 2 === 0 && layer < own.max_window_layers ? 'sliding_attention' : 'full_attention')) ===
        'sliding_attention';
    return {
      attention: (layer) => ({
        rope,
        bias: { qkv: own.qkv_bias, output: false },
        window: isSliding(layer) ? (own.sliding_window ?? undefined) : undefined,
      }),
      ...gatedExperts(config, context, experts),
    };
  },
});
