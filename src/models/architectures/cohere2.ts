import { z } from 'zod';
import { LayerNorm } from '../../engine/nn/index.ts';
import { parseConfig } from '../raw-config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { slidingLayers } from '../decoder/layer-types.ts';
import { SideBySide } from '../decoder/layer.ts';

const schema = z.looseObject({
  layer_norm_eps: z.number().default(1e-5),
  logit_scale: z.number().positive().default(0.0625),
});

/** Parallel attention and feed-forward; rotary positions only in layers with a sliding window (Command A, Cohere, 2025). */
export const architecture = defineDecoder({
  modelType: 'cohere2',
  classes: decoderClasses('Cohere2'),
  settings: ['logit_scale'],
  defaults: {
    vocab_size: 256000,
    hidden_size: 8192,
    intermediate_size: 22528,
    num_hidden_layers: 40,
    num_attention_heads: 64,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  rope: { turnsNeighbours: true },
  traits({ attention_bias: bias }, { raw, rope }) {
    const { layer_norm_eps: epsilon } = parseConfig(schema, raw);
    const typeOf = slidingLayers(raw, { window: 4096, pattern: 4 });
    return {
      attention: (layer) => ({
        rope: typeOf(layer).isSliding ? rope : undefined,
        bias: { qkv: bias, output: bias },
        window: typeOf(layer).window,
      }),
      layer: SideBySide,
      norm: (width) => new LayerNorm(width, epsilon, { bias: false }),
    };
  },
  logits: (raw) => ({ scale: parseConfig(schema, raw).logit_scale }),
});
