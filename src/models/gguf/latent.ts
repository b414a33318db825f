// H heads, p plain key size, e value size, r width of the latent vectors
/** DeepSeek's latent attention in llama.cpp. */
import { z } from 'zod';
import type { Problem } from '../../base/errors.ts';
import { cat, type Tensor } from '../../engine/tensor/index.ts';
import { queryScaleSettings } from '../architectures/ministral3.ts';
import { decoderConfig } from '../decoder/config.ts';
import { groupedKeys } from '../decoder/grouped-experts.ts';
import { latentKeys } from '../decoder/latent-attention.ts';
import { isWithoutScoreFactor, stretchedScores } from '../decoder/rope-settings.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { unless, type GgufFamily } from './gguf-family.ts';
import { mergedExperts, type TensorLayout } from './layouts.ts';
import { groupedNames, groupedSettings } from './routed.ts';
import { f32, u32, type GgufSetting } from './values.ts';

const latentSchema = z.looseObject({ ...latentKeys, ...groupedKeys, num_attention_heads: z.int().positive() });

/** Layer counts by which llama.cpp recognises models without low-rank query projections. */
const LITE = [26, 27];

const latent = {
  names: {
    ...groupedNames,
    'self_attn.q_a_proj': 'attn_q_a',
    'self_attn.q_a_layernorm': 'attn_q_a_norm',
    'self_attn.q_b_proj': 'attn_q_b',
    'self_attn.kv_a_proj_with_mqa': 'attn_kv_a_mqa',
    'self_attn.kv_a_layernorm': 'attn_kv_a_norm',
  },
  layouts: (raw) => ({ 'self_attn.kv_b_proj.weight': keysAndValues(raw) }),
  hasOwnYarn: true,
  keeps: 'all',
} satisfies Partial<GgufFamily>;

/** Matrices that expand latent vectors to keys, transposed, and to values: [H · (p + e), r] → [H, r, p], [H, e, r] */
function keysAndValues(raw: RawConfig): TensorLayout {
  const {
    num_attention_heads: heads,
    qk_nope_head_dim: plain,
    v_head_dim: e,
    kv_lora_rank: rank,
  } = parseConfig(latentSchema, raw);
  return {
    names: ['attn_k_b.weight', 'attn_v_b.weight'],
    write(x) {
      const [keys, values] = x.reshape(heads, plain + e, rank).split([plain, e], 1);
      return [keys.transpose(1, 2), values];
    },
    read: ([keys, values]: readonly Tensor[]) => cat([keys.transpose(1, 2), values], 1).flatten(0, 1),
  };
}

function latentSettings(raw: RawConfig): GgufSetting[] {
  const { q_lora_rank: ofQueries, kv_lora_rank: rank, ...own } = parseConfig(latentSchema, raw);
  const { qk_nope_head_dim: plain, qk_rope_head_dim: turned, v_head_dim: e } = own;
  const { rope_parameters: renewed, rope_scaling: older } = decoderConfig(raw);
  const weight = (renewed ?? older)?.mscale_all_dim;
  return [
    // The cache holds the latent vector and the rotated key as a single head.
    ['attention.head_count_kv', u32(1)],
    ['attention.key_length', u32(rank + turned)],
    ['attention.value_length', u32(rank)],
    ['attention.key_length_mla', u32(plain + turned)],
    ['attention.value_length_mla', u32(e)],
    ['attention.kv_lora_rank', u32(rank)],
    ['attention.q_lora_rank', u32(ofQueries ?? 0)],
    ...(weight ? [['rope.scaling.yarn_log_multiplier', f32(0.1 * weight)] satisfies GgufSetting] : []),
  ];
}

function latentProblems(raw: RawConfig, mscales: readonly (number | undefined)[] = []): Problem[] {
  const config = decoderConfig(raw);
  const { q_lora_rank: rank, n_shared_experts: shared } = parseConfig(latentSchema, raw);
  const entry = config.rope_parameters ?? config.rope_scaling ?? {};
  const { mscale, mscale_all_dim: overall } = entry;
  const isYarn = (entry.rope_type ?? entry.type) === 'yarn';
  const isEqual =
    mscale === overall && Boolean(overall) && (mscales.length === 0 || mscales.includes(mscale ?? undefined));
  const isScaled = !isWithoutScoreFactor(raw) || raw.model_type === 'deepseek_v3' || stretchedScores(config) === 1;
  return [
    ...unless(
      config.rms_norm_eps === 1e-6,
      'rms_norm_eps',
      "must be 1e-6, the epsilon of the latent vectors' norms, for llama.cpp",
    ),
    ...unless(
      raw.rope_interleave !== false,
      'rope_interleave',
      'must be true: llama.cpp rotates neighbouring features',
    ),
    ...unless((shared ?? 0) > 0, 'n_shared_experts', 'must be at least 1 for llama.cpp'),
    ...unless(
      !LITE.includes(config.num_hidden_layers) || !rank,
      'q_lora_rank',
      'is ignored by llama.cpp for this number of layers',
    ),
    ...unless(!isYarn || isEqual, 'rope_scaling.mscale', 'must be equal to mscale_all_dim for llama.cpp'),
    ...unless(
      !isYarn || isScaled,
      'rope_scaling.mscale_all_dim',
      'scales the attention scores in llama.cpp, but not those of this model',
    ),
  ];
}

export const deepseekV2: GgufFamily = {
  ...latent,
  architecture: 'deepseek2',
  settings: (raw) => [
    ...groupedSettings({ ...raw, n_group: undefined, norm_topk_prob: false }, 'softmax'),
    ...latentSettings(raw),
  ],
  problems: (raw) => [
    ...latentProblems(raw),
    ...unless(
      (raw.topk_method ?? 'greedy') === 'greedy',
      'topk_method',
      'must be greedy: llama.cpp ranks groups by their two best experts',
    ),
  ],
};

export const deepseekV3: GgufFamily = {
  ...latent,
  architecture: 'deepseek2',
  settings: (raw) => [...groupedSettings(raw, 'sigmoid'), ...latentSettings(raw)],
  problems: (raw) => latentProblems(raw),
};

export const mistral4: GgufFamily = {
  ...latent,
  architecture: 'mistral4',
  layouts: (raw) => ({ ...latent.layouts(raw), ...mergedExperts('mlp.experts') }),
  settings: (raw) => [...groupedSettings(raw, 'softmax'), ...latentSettings(raw), ...temperatures(raw)],
  problems: (raw) => latentProblems(raw, [1]),
};

/** Settings of queries scaled by position. */
export function temperatures(raw: RawConfig): GgufSetting[] {
  const { weight, step } = queryScaleSettings(raw);
  if (!weight || !step) return [];
  return [
    ['attention.temperature_scale', f32(weight)],
    ['attention.temperature_length', u32(step)],
  ];
}
