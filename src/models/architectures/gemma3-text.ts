import { z } from 'zod';
import { OffsetRMSNorm } from '../../engine/nn/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { localRope, slidingLayers, withGlobalRope } from '../decoder/layer-types.ts';
import { NormAround } from '../decoder/layer.ts';
import { namesInWhole } from '../text-part.ts';
import { gemmaDefaults, timesRootOf, withActivation } from './gemma2.ts';

const schema = z.looseObject({
  query_pre_attn_scalar: z.number().positive().default(256),
  final_logit_softcapping: z.number().positive().nullish(),
  rope_local_base_freq: z.number().positive().default(10000),
  use_bidirectional_attention: z.boolean().nullish(),
});

/** EmbeddingGemma is bidirectional. */
function seesAll(raw: RawConfig): boolean {
  return parseConfig(schema, raw).use_bidirectional_attention === true;
}

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
    const typeOf = slidingLayers(raw, { window: 4096, pattern: 6 });
    // For bidirectional attention, config.json gives the window's full width.
    const windowOf = (width?: number) => (width !== undefined && seesAll(raw) ? Math.floor(width / 2) + 1 : width);
    const local = localRope({ ...config, rope_theta: own.rope_local_base_freq }, raw);
    return {
      attention: (layer) => ({
        rope: typeOf(layer).isSliding ? local : rope,
        bias: { qkv: bias, output: bias },
        queryKeyNorm: 'head',
        window: windowOf(typeOf(layer).window),
        seesAll: seesAll(raw),
        scale: own.query_pre_attn_scalar ** -0.5,
      }),
      layer: NormAround,
      norm: (size) => new OffsetRMSNorm(size, epsilon),
      scaleEmbeddings: timesRootOf(width),
    };
  },
  seesAll,
  logits: (raw) => ({ softcap: parseConfig(schema, raw).final_logit_softcapping ?? undefined }),
});

/** Norms of q and k; five sliding-window layers with their own rotary base for each with full attention (Gemma Team, 2025). */
export const architecture: Architecture = {
  ...decoder,
  formerNames: namesInWhole,
};
