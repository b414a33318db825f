/** Gemma 2 and 3 in llama.cpp: what its implementations hard-code, and what is configurable. */
import type { Problem } from '../../base/errors.ts';
import type { RawConfig } from '../raw-config.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import type { GgufFamily } from './gguf-family.ts';
import { f32, numberOf, u32 } from './values.ts';

const names = {
  post_attention_layernorm: 'post_attention_norm',
  pre_feedforward_layernorm: 'ffn_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};

/** config.json keys without a GGUF counterpart, checked on export. */
const keeps = [
  'hidden_activation',
  'query_pre_attn_scalar',
  'sliding_window',
  'sliding_window_pattern',
  'layer_types',
  'rope_local_base_freq',
  'attn_logit_softcapping',
  'final_logit_softcapping',
];

const common = {
  names,
  keeps,
  normsFromZero: true,
  activation: (raw: RawConfig) => (raw.hidden_activation === 'gelu_pytorch_tanh' ? undefined : raw.hidden_activation),
};

export const gemma2: GgufFamily = {
  ...common,
  architecture: 'gemma2',
  settings: (raw) => [
    ['attention.sliding_window', u32(numberOf(raw, 'sliding_window', 4096))],
    ['attn_logit_softcapping', f32(numberOf(raw, 'attn_logit_softcapping', 50))],
    ['final_logit_softcapping', f32(numberOf(raw, 'final_logit_softcapping', 30))],
  ],
  problems: (raw) => [
    ...['sliding_window', 'attn_logit_softcapping', 'final_logit_softcapping']
      .filter((key) => raw[key] === null)
      .map((field) => ({ field, message: "is null, but llama.cpp's gemma2 always has one" })),
    ...scaleProblems(raw, 46),
    ...layerProblems(raw, 2),
  ],
};

export const gemma3: GgufFamily = {
  ...common,
  architecture: 'gemma3',
  read: withOlderPositions,
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  settings: (raw) => [
    ['attention.sliding_window', u32(numberOf(raw, 'sliding_window', 4096))],
    ['attention.sliding_window_pattern', u32(6)],
  ],
  problems: (raw) => [
    ...(typeof raw.rope_theta === 'number' ? [] : [{ field: 'rope_theta', message: 'is missing' }]),
    ...(raw.sliding_window === null ? [{ field: 'sliding_window', message: 'is null' }] : []),
    ...(raw.final_logit_softcapping === null || raw.final_logit_softcapping === undefined
      ? []
      : [{ field: 'final_logit_softcapping', message: "llama.cpp's gemma3 has none" }]),
    ...(numberOf(raw, 'rope_local_base_freq', 10_000) === 10_000
      ? []
      : [{ field: 'rope_local_base_freq', message: "is 10,000 in llama.cpp's gemma3" }]),
    ...((raw.rope_parameters ?? undefined) === undefined
      ? []
      : [{ field: 'rope_parameters.sliding_attention', message: "is not scaled in llama.cpp's gemma3" }]),
    ...scaleProblems(raw, 62),
    ...layerProblems(raw, numberOf(raw, 'sliding_window_pattern', 6) === 6 ? 6 : 0),
  ],
};

/** Translates `rope_parameters` of transformers 5 to the older keys, where those can express it. */
function withOlderPositions(raw: RawConfig): RawConfig {
  const { full_attention: full, sliding_attention: sliding } = (raw.rope_parameters ?? {}) as RopeEntries;
  if (full === undefined || ![undefined, 'default'].includes(sliding?.rope_type)) return raw;
  const { rope_theta: theta, ...scaling } = full;
  return {
    ...raw,
    rope_parameters: undefined,
    rope_theta: theta ?? raw.rope_theta,
    rope_scaling: scaling,
    rope_local_base_freq: sliding?.rope_theta ?? raw.rope_local_base_freq,
  };
}

type RopeEntries = Partial<Record<string, { rope_theta?: number; rope_type?: string }>>;

/**
 * Scores are divided by √(head size), in the largest model by √(width / heads); llama.cpp recognises that model by its
 * number of layers.
 */
function scaleProblems(raw: RawConfig, largest: number): Problem[] {
  const config = decoderConfig(raw);
  const { heads, size } = headShape(config);
  const expected = config.num_hidden_layers === largest ? config.hidden_size / heads : size;
  const scalar = numberOf(raw, 'query_pre_attn_scalar', 256);
  if (scalar === expected) return [];
  return [{ field: 'query_pre_attn_scalar', message: `is ${scalar}, but llama.cpp computes with ${expected}` }];
}

/** Every nth layer has full attention, all others a window. */
function layerProblems(raw: RawConfig, pattern: number): Problem[] {
  const count = decoderConfig(raw).num_hidden_layers;
  const types = Array.isArray(raw.layer_types) ? (raw.layer_types as unknown[]) : undefined;
  const expected = Array.from({ length: count }, (_, i) =>
    (i + 1) % pattern === 0 ? 'full_attention' : 'sliding_attention',
  );
  if (pattern > 0 && (types === undefined || types.join() === expected.join())) return [];
  return [{ field: 'layer_types', message: 'different layers have a sliding window than in llama.cpp' }];
}
