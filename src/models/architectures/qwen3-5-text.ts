import { z } from 'zod';
import { OffsetRMSNorm } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../config.ts';
import { count } from '../decoder/config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { GatedDeltaNet } from '../decoder/gated-delta-net.ts';

const schema = z
  .looseObject({
    layer_types: z.array(z.enum(['linear_attention', 'full_attention'])).nullish(),
    full_attention_interval: count.default(4),
    linear_conv_kernel_dim: count.default(4),
    linear_key_head_dim: count.default(128),
    linear_value_head_dim: count.default(128),
    linear_num_key_heads: count.default(16),
    linear_num_value_heads: count.default(32),
    attn_output_gate: z.literal(true, { error: 'only attention with a gate is supported' }).default(true),
    hidden_act: z.literal('silu', { error: 'only silu is supported' }).default('silu'),
  })
  .refine(({ linear_num_key_heads: keys, linear_num_value_heads: values }) => values % keys === 0, {
    path: ['linear_num_key_heads'],
    error: 'must divide linear_num_value_heads',
  });

const decoder = defineDecoder({
  modelType: 'qwen3_5_text',
  classes: decoderClasses('Qwen3_5'),
  defaults: {
    vocab_size: 248320,
    hidden_size: 4096,
    intermediate_size: 12288,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 32768,
  },
  rope: { share: 0.25 },
  traits(config, { raw, rope }) {
    const { attention_bias: bias, hidden_size: width, rms_norm_eps: epsilon } = config;
    const own = parseConfig(schema, raw);
    const isLinear = (layer: number) =>
      own.layer_types === undefined || own.layer_types === null
        ? (layer + 1) % own.full_attention_interval !== 0
        : own.layer_types[layer] === 'linear_attention';
    const deltaNet = (layer: number) =>
      new GatedDeltaNet({
        layer,
        width,
        keyHeads: own.linear_num_key_heads,
        valueHeads: own.linear_num_value_heads,
        keySize: own.linear_key_head_dim,
        valueSize: own.linear_value_head_dim,
        kernel: own.linear_conv_kernel_dim,
        epsilon,
      });
    return {
      attention: (layer) =>
        isLinear(layer)
          ? { name: 'linear_attn', module: deltaNet(layer) }
          : { rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'head', isGated: true },
      norm: (size) => new OffsetRMSNorm(size, epsilon),
    };
  },
});

/**
 * Three layers of linear attention, then one with keys and a gate (Qwen Team, 2026). Published checkpoints also
 * contain an image encoder and multi-token prediction layers; neither is part of the text model.
 */
export const architecture: Architecture = {
  ...decoder,
  passedOver: () => [/^(model\.)?visual\./, /^mtp\./],
  formerNames: (path) => (path.startsWith('model.') ? [path.replace(/^model\./, 'model.language_model.')] : []),
};
