/** Llama with multipliers, and with layers that have no positions, in llama.cpp. */
import type { GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';
import type { GgufFamily } from './gguf-family.ts';

const real = (value: number): GgufValue => ({ type: 'f32', value: Math.fround(value) });

const multiplierOf = (raw: RawConfig, key: string): GgufValue => real(typeof raw[key] === 'number' ? raw[key] : 1);

export const granite: GgufFamily = {
  architecture: 'granite',
  rotatesNeighbours: true,
  reads: [],
  readsRopeFactors: false,
  settings: (raw) => [
    ['logit_scale', multiplierOf(raw, 'logits_scaling')],
    ['residual_scale', multiplierOf(raw, 'residual_multiplier')],
    ['embedding_scale', multiplierOf(raw, 'embedding_multiplier')],
    ['attention.scale', multiplierOf(raw, 'attention_multiplier')],
  ],
  keeps: ['logits_scaling', 'residual_multiplier', 'embedding_multiplier', 'attention_multiplier'],
};

/** Every fourth layer has no positions. */
export const smollm3: GgufFamily = {
  architecture: 'smollm3',
  rotatesNeighbours: true,
  reads: [],
  readsRopeFactors: false,
  problems: (raw) => {
    const isUsual = (flag: unknown, layer: number) => Boolean(flag) === ((layer + 1) % 4 !== 0);
    const { no_rope_layers: layers, no_rope_layer_interval: interval = 4 } = raw;
    if (Array.isArray(layers) && layers.length > 0 ? layers.every(isUsual) : interval === 4) return [];
    return [{ field: 'no_rope_layers', message: 'other layers than every fourth have no positions' }];
  },
  keeps: ['no_rope_layers', 'no_rope_layer_interval'],
};
