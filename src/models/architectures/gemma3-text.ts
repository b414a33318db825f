import { z } from 'zod';
import { OffsetRMSNorm, Rope } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../config.ts';
import { count, headShape, type DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { NormAround } from '../decoder/layer.ts';
import { ropeOptions, ropeSchema } from '../decoder/rope-settings.ts';
import { gemmaDefaults, timesRootOf, withActivation } from './gemma2.ts';

const types = z.enum(['sliding_attention', 'full_attention']);

const schema = z.looseObject({
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: count.nullish().default(4096),
  layer_types: z.array(types).nullish(),
  /** Older configurations: each so-manieth layer sees everything. */
  sliding_window_pattern: count.default(6),
  final_logit_softcapping: z.number().positive().nullish(),
  rope_local_base_freq: z.number().positive().default(10000),
  rope_parameters: z.partialRecord(types, ropeSchema).nullish(),
  use_bidirectional_attention: z.literal(false, { error: 'only attention to earlier tokens is supported' }).nullish(),
});

const decoder = defineDecoder({
  modelType: 'gemma3_text',
  classes: { causal: 'Gemma3ForCausalLM', sequence: 'Gemma3TextForSequenceClassification', trunk: 'Gemma3TextModel' },
  settings: ['query_pre_attn_scalar', 'final_logit_softcapping', 'use_bidirectional_attention'],
  defaults: { ...gemmaDefaults, max_position_embeddings: 131072 },
  rope: { theta: 1_000_000 },
  read: (raw) => withGlobalRope(withActivation(raw)),
  traits(config, { raw, rope }) {
    const { attention_bias: bias, hidden_size: width, rms_norm_eps: epsilon } = config;
    const own = parseConfig(schema, raw);
    const typeOf = (layer: number) =>
      own.layer_types?.[layer] ??
      ((layer + 1) % own.sliding_window_pattern === 0 ? 'full_attention' : 'sliding_attention');
    const local = new Rope(localRope(config, raw));
    return {
      attention(layer) {
        const isSliding = typeOf(layer) === 'sliding_attention';
        return {
          rope: isSliding ? local : rope,
          bias: { qkv: bias, output: bias },
          queryKeyNorm: 'head',
          window: isSliding ? (own.sliding_window ?? undefined) : undefined,
          scale: own.query_pre_attn_scalar ** -0.5,
        };
      },
      layer: NormAround,
      norm: (size) => new OffsetRMSNorm(size, epsilon),
      scaleEmbeddings: timesRootOf(width),
    };
  },
  logits: (raw) => ({ softcap: parseConfig(schema, raw).final_logit_softcapping ?? undefined }),
});

/**
 * Norms over the heads of q and k; five layers with a window and slow positions, then one without (Gemma Team, 2025).
 * The larger checkpoints also contain an image encoder.
 */
export const architecture: Architecture = {
  ...decoder,
  passedOver: () => [/^(model\.)?(vision_tower|multi_modal_projector)\./],
  formerNames(path) {
    const own = `language_model.${path}`;
    return path.startsWith('model.') ? [own, path.replace(/^model\./, 'model.language_model.')] : [own];
  },
};

/** `rope_parameters` has an entry for each type of layer; the family reads that of the layers that see everything. */
function withGlobalRope(raw: RawConfig): RawConfig {
  const { rope_parameters: parameters } = parseConfig(schema, raw);
  return { ...raw, rope_parameters: parameters?.full_attention };
}

/** The layers with a window have unscaled positions of a base of their own. */
function localRope(config: DecoderConfig, raw: RawConfig) {
  const { rope_parameters: parameters, rope_local_base_freq: theta } = parseConfig(schema, raw);
  const local = { rope_theta: theta, rope_scaling: undefined, rope_parameters: parameters?.sliding_attention };
  return ropeOptions({ ...config, ...local }, headShape(config).size);
}
