import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { localRope, slidingLayers, withGlobalRope } from '../decoder/layer-types.ts';
import { NormAfter } from '../decoder/layer.ts';

/** OLMo 2 with a sliding window in three of four layers (OLMo Team, 2025). */
export const architecture = defineDecoder({
  modelType: 'olmo3',
  classes: decoderClasses('Olmo3'),
  defaults: {
    vocab_size: 50304,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    rms_norm_eps: 1e-5,
  },
  rope: { theta: 500_000 },
  read: withGlobalRope,
  traits(config, { raw, rope }) {
    const { attention_bias: bias, rope_theta: theta = 500_000 } = config;
    const typeOf = slidingLayers(raw, { window: 4096, pattern: 4 });
    const local = localRope({ ...config, rope_theta: theta }, raw);
    return {
      attention: (layer) => ({
        rope: typeOf(layer).isSliding ? local : rope,
        bias: { qkv: bias, output: bias },
        queryKeyNorm: 'whole',
        window: typeOf(layer).window,
      }),
      layer: NormAfter,
    };
  },
});
