import { AttuneError } from '../../base/errors.ts';
import type { RawConfig } from '../raw-config.ts';

/** config.json keys that change a decoder's computation, with the values that leave it unchanged. */
const NEUTRAL = {
  logit_scale: [1],
  logits_scaling: [1],
  residual_multiplier: [1],
  embedding_multiplier: [1],
  attention_multiplier: [],
  final_logit_softcapping: [],
  attn_logit_softcapping: [],
  query_pre_attn_scalar: [],
  clip_qkv: [],
  alibi: [false],
  qk_layernorm: [false],
  use_qk_norm: [false],
  scale_emb: [1],
  scale_depth: [],
  no_rope_layers: [],
  num_local_experts: [0, 1],
  num_experts: [0, 1],
  use_bidirectional_attention: [false],
  per_layer_config: [],
} satisfies Record<string, readonly unknown[]>;

export type DecoderSetting = keyof typeof NEUTRAL;

/**
 * Rejects settings that change the computation but do not belong to the model type: the reference would ignore them, so
 * other code must have trained the weights.
 *
 * @throws AttuneError E_CONFIG_FOREIGN
 */
export function refuseForeignSettings(modelType: string, raw: RawConfig, own: readonly DecoderSetting[] = []): void {
  const foreign = Object.entries(NEUTRAL).filter(([key, neutral]: [string, readonly unknown[]]) => {
    const value = raw[key];
    if (own.includes(key as DecoderSetting) || value === undefined || value === null) return false;
    return !neutral.includes(value) && !(Array.isArray(value) && value.length === 0);
  });
  if (foreign.length === 0) return;
  throw new AttuneError('E_CONFIG_FOREIGN', {
    what: `config.json has settings that a ${modelType} model does not support`,
    problems: foreign.map(([field]) => ({
      field,
      message: `is ${JSON.stringify(raw[field])}, which would change the computation`,
    })),
    fix: `use the model_type that the weights were trained with; if the settings are leftovers, remove them from config.json`,
  });
}
