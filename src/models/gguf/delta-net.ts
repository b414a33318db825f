// H value heads, K key heads, r value heads for each key head, d key size, e value size, D width
/** Qwen's layers with linear attention in llama.cpp. */
import type { Problem } from '../../base/errors.ts';
import { cat, type Tensor } from '../../engine/tensor/index.ts';
import { qwen35Experts } from '../architectures/qwen3-5-moe-text.ts';
import { qwen3NextExperts } from '../architectures/qwen3-next.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { deltaNetConfig } from '../decoder/gated-delta-net.ts';
import type { RawConfig } from '../raw-config.ts';
import { unless, type GgufFamily } from './gguf-family.ts';
import { mambaSettings } from './hybrids.ts';
import { exchanged, kernels, mergedExperts, rates, type TensorLayout } from './layouts.ts';
import { qwenExperts, qwenNames, qwenProblems } from './routed.ts';
import { counts, flags, type GgufSetting } from './values.ts';

const deltaNetNames = {
  post_attention_layernorm: 'post_attention_norm',
  'linear_attn.conv1d': 'ssm_conv1d',
  'linear_attn.dt_bias': 'ssm_dt.bias',
  'linear_attn.norm': 'ssm_norm',
  'linear_attn.out_proj': 'ssm_out',
};

const deltaNet = {
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  normsFromZero: true,
  turnsParts: true,
  keeps: 'all',
} satisfies Partial<GgufFamily>;

function deltaNetSettings(raw: RawConfig): GgufSetting[] {
  const { keyHeads: groups, valueHeads, valueSize, keySize, kernel, isLinear } = deltaNetConfig(raw);
  const { num_hidden_layers: layers } = decoderConfig(raw);
  return [
    ...mambaSettings({ heads: valueHeads, headSize: valueSize, groups, stateSize: keySize, kernel }),
    ['attention.recurrent_layers', flags(Array.from({ length: layers }, (_, layer) => isLinear(layer)))],
  ];
}

function deltaNetProblems(raw: RawConfig): Problem[] {
  const { keySize, valueSize } = deltaNetConfig(raw);
  return unless(keySize === valueSize, 'linear_value_head_dim', 'must be equal to linear_key_head_dim for llama.cpp');
}

export const qwen3Next: GgufFamily = {
  ...deltaNet,
  architecture: 'qwen3next',
  names: { ...deltaNetNames, ...qwenNames, 'linear_attn.in_proj_ba': 'ssm_ba' },
  layouts: (raw) => ({
    'linear_attn.conv1d.weight': kernels,
    'linear_attn.A_log': rates({ isColumn: false }),
    'linear_attn.in_proj_qkvz.weight': ungrouped(raw),
    ...mergedExperts('mlp.experts'),
  }),
  settings: (raw) => [...qwenExperts(raw, qwen3NextExperts), ...deltaNetSettings(raw)],
  problems: (raw) => [...deltaNetProblems(raw), ...qwenProblems(raw, true, qwen3NextExperts)],
};

/** Rows grouped by key head → all queries, keys and values; and the gates. */
function ungrouped(raw: RawConfig): TensorLayout {
  const { keyHeads: K, valueHeads, keySize: d, valueSize: e } = deltaNetConfig(raw);
  const sizes = [d, d, (valueHeads / K) * e, (valueHeads / K) * e];
  return {
    names: ['attn_qkv.weight', 'attn_gate.weight'],
    write(x) {
      const [q, k, v, z] = x
        .reshape(K, -1, x.shape[1])
        .split(sizes, 1)
        .map((part) => part.flatten(0, 1));
      return [cat([q, k, v]), z];
    },
    read([mixed, z]) {
      const parts = [...mixed.split([K * d, K * d, valueHeads * e]), z];
      return cat(
        parts.map((part, i) => part.reshape(K, sizes[i], -1)),
        1,
      ).flatten(0, 1);
    },
  };
}

const splitDeltaNet = {
  ...deltaNet,
  names: {
    ...deltaNetNames,
    'linear_attn.in_proj_qkv': 'attn_qkv',
    'linear_attn.in_proj_z': 'attn_gate',
    'linear_attn.in_proj_b': 'ssm_beta',
    'linear_attn.in_proj_a': 'ssm_alpha',
  },
  layouts: alternating,
} satisfies Partial<GgufFamily>;

/** In the file, value heads of the same key head are not adjacent: [K, r] → [r, K] */
function alternating(raw: RawConfig): Record<string, TensorLayout> {
  const { keyHeads: K, valueHeads, keySize: d } = deltaNetConfig(raw);
  const r = valueHeads / K;
  const apart = (x: Tensor, dimension = 0) => exchanged(x, dimension, [1, K, r]);
  const together = (x: Tensor, dimension = 0) => exchanged(x, dimension, [1, r, K]);
  const rows: TensorLayout = { write: (x) => [apart(x)], read: ([x]) => together(x) };
  const behindKeys = (change: (x: Tensor) => Tensor) => (x: Tensor) => {
    const [keys, values] = x.split([2 * K * d, x.shape[0] - 2 * K * d]);
    return cat([keys, change(values)]);
  };
  const [parted, joined] = [behindKeys(apart), behindKeys(together)];
  const decay = rates({ isColumn: false });
  return {
    'linear_attn.in_proj_qkv.weight': { write: (x) => [parted(x)], read: ([x]) => joined(x) },
    'linear_attn.conv1d.weight': { write: (x) => [parted(x.squeeze(1))], read: ([x]) => joined(x).unsqueeze(1) },
    'linear_attn.in_proj_z.weight': rows,
    'linear_attn.in_proj_b.weight': rows,
    'linear_attn.in_proj_a.weight': rows,
    'linear_attn.dt_bias': rows,
    'linear_attn.A_log': {
      ...decay,
      write: (x) => decay.write(apart(x)),
      read: (parts) => together(decay.read(parts)),
    },
    'linear_attn.out_proj.weight': { write: (x) => [apart(x, 1)], read: ([x]) => together(x, 1) },
  };
}

/** Number of rotary frequencies for time, row and column; in texts, all three positions are equal. */
function sections(raw: RawConfig): GgufSetting {
  const config = decoderConfig(raw);
  const { partial_rotary_factor: share } = config;
  const pairs = Math.floor((headShape(config).size * (share ?? 0.25)) / 2);
  const side = Math.floor(pairs / 3);
  return ['rope.dimension_sections', counts([pairs - 2 * side, side, side, 0])];
}

export const qwen35: GgufFamily = {
  ...splitDeltaNet,
  architecture: 'qwen35',
  settings: (raw) => [...deltaNetSettings(raw), sections(raw)],
  problems: deltaNetProblems,
};

export const qwen35Moe: GgufFamily = {
  ...splitDeltaNet,
  architecture: 'qwen35moe',
  names: { ...splitDeltaNet.names, ...qwenNames },
  layouts: (raw) => ({ ...alternating(raw), ...mergedExperts('mlp.experts') }),
  settings: (raw) => [...qwenExperts(raw, qwen35Experts), ...deltaNetSettings(raw), sections(raw)],
  problems: (raw) => [...deltaNetProblems(raw), ...qwenProblems(raw, true, qwen35Experts)],
};
