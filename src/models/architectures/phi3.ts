import { z } from 'zod';
import { Dropout } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { FusedFeedForward } from '../decoder/feed-forward.ts';
import { probability } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { windowOfAll } from './mistral.ts';

const schema = z.looseObject({ resid_pdrop: probability.default(0) });

/** Llama with fused q/k/v and gate/up projections, and LongRoPE (Abdin et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'phi3',
  classes: decoderClasses('Phi3'),
  defaults: { rms_norm_eps: 1e-5, max_position_embeddings: 4096 },
  rope: { original: 4096 },
  read: withTodaysNames,
  traits(config, { raw, rope }) {
    const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    const { resid_pdrop: p } = parseConfig(schema, raw);
    const window = windowOfAll(raw);
    return {
      attention: () => ({ rope, isFused: true, window }),
      feedForward: () => new FusedFeedForward({ width, inner, activation }),
      dropouts: (layer) => ({
        attention: new Dropout(p, `layers.${layer}.resid_attn_dropout`),
        feedForward: new Dropout(p, `layers.${layer}.resid_mlp_dropout`),
      }),
    };
  },
});

/** Early checkpoints call LongRoPE `su` or `yarn`. */
function withTodaysNames(raw: RawConfig): RawConfig {
  const scaling = raw.rope_scaling as { type?: unknown } | null | undefined;
  if (scaling?.type !== 'su' && scaling?.type !== 'yarn') return raw;
  return { ...raw, rope_scaling: { ...scaling, type: 'longrope', rope_type: 'longrope' } };
}
