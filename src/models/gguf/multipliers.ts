/** Llama with multipliers, and with layers that have no positions, in llama.cpp. */
import type { RawConfig } from '../raw-config.ts';
import type { GgufFamily } from './gguf-family.ts';
import { f32, numberOf, type GgufSetting } from './values.ts';

/** Settings of Granite's multipliers. */
export function multiplierSettings(raw: RawConfig): GgufSetting[] {
  return [
    ['logit_scale', f32(numberOf(raw, 'logits_scaling', 1))],
    ['residual_scale', f32(numberOf(raw, 'residual_multiplier', 1))],
    ['embedding_scale', f32(numberOf(raw, 'embedding_multiplier', 1))],
    ['attention.scale', f32(numberOf(raw, 'attention_multiplier', 1))],
  ];
}

export const granite: GgufFamily = {
  architecture: 'granite',
  rotatesNeighbours: true,
  settings: multiplierSettings,
  keeps: ['logits_scaling', 'residual_multiplier', 'embedding_multiplier', 'attention_multiplier'],
};

/** Every fourth layer has no positions. */
export const smollm3: GgufFamily = {
  architecture: 'smollm3',
  rotatesNeighbours: true,
  problems: (raw) => {
    const isUsual = (flag: unknown, layer: number) => Boolean(flag) === ((layer + 1) % 4 !== 0);
    const { no_rope_layers: layers, no_rope_layer_interval: interval = 4 } = raw;
    if (Array.isArray(layers) && layers.length > 0 ? layers.every(isUsual) : interval === 4) return [];
    return [
      { field: 'no_rope_layers', message: 'in llama.cpp, every fourth layer has no positions, and all others have' },
    ];
  },
  keeps: ['no_rope_layers', 'no_rope_layer_interval'],
};
