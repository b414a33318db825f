import { z } from 'zod';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { defineDecoder } from '../decoder/define.ts';
import type { DecoderSetting } from '../decoder/foreign-settings.ts';

const schema = z.looseObject({
  embedding_multiplier: z.number().default(1),
  attention_multiplier: z.number().default(1),
  residual_multiplier: z.number().default(1),
  logits_scaling: z.number().positive().default(1),
});

/** Configuration keys of the multipliers. */
export const graniteSettings: readonly DecoderSetting[] = [
  'embedding_multiplier',
  'attention_multiplier',
  'residual_multiplier',
  'logits_scaling',
];

/** Multipliers of embeddings, attention scores, residuals and logits. */
export function graniteMultipliers(raw: RawConfig) {
  const own = parseConfig(schema, raw);
  return {
    scale: own.attention_multiplier,
    residualScale: own.residual_multiplier,
    scaleEmbeddings: (x: Tensor) => x.mul(own.embedding_multiplier),
    logits: 1 / own.logits_scaling,
  };
}

/** Llama with multipliers on embeddings, scores, residuals and logits (IBM Granite 3, 2024). */
export const architecture = defineDecoder({
  modelType: 'granite',
  classes: { causal: 'GraniteForCausalLM' },
  settings: graniteSettings,
  traits({ attention_bias: bias, mlp_bias: mlpBias }, { raw, rope }) {
    const { scale, residualScale, scaleEmbeddings } = graniteMultipliers(raw);
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, scale }),
      mlpBias,
      scaleEmbeddings,
      residualScale,
    };
  },
  logits: (raw) => ({ scale: graniteMultipliers(raw).logits }),
});
