import { pushAll } from '../../base/many.ts';
import { entryOf } from '../../base/table.ts';
import type { Problem } from '../../base/errors.ts';
import type { RopeScaling } from '../../engine/nn/index.ts';
import type { GgufMetadata, GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { ropeOptions } from '../decoder/rope-settings.ts';
import { MISTRAL_WINDOW, windowOfAll } from '../architectures/mistral.ts';
import { ggufFamilies } from './gguf-families.ts';
import type { GgufFamily } from './gguf-family.ts';
import { f32, text, u32, type GgufSetting } from './values.ts';

/** Settings under llama.cpp's keys (its gguf-py/constants.py). */
export function ggufSettings(raw: RawConfig, family: GgufFamily, given = raw): Map<string, GgufValue> {
  const config = decoderConfig(raw);
  const { heads, keyHeads, size } = headShape(config);
  const { theta, scaling, size: turned } = ropeOptions(config, size);
  const settings: GgufSetting[] = [
    ['block_count', u32(config.num_hidden_layers)],
    ['context_length', u32(config.max_position_embeddings)],
    ['embedding_length', u32(config.hidden_size)],
    ['feed_forward_length', u32(config.intermediate_size)],
    ['attention.head_count', u32(heads)],
    ['attention.head_count_kv', u32(keyHeads)],
    ['attention.key_length', u32(size)],
    ['attention.value_length', u32(size)],
    ['attention.layer_norm_rms_epsilon', f32(config.rms_norm_eps)],
    ['rope.dimension_count', u32(turned)],
    ['rope.freq_base', f32(theta)],
    ['vocab_size', u32(config.vocab_size)],
  ];
  pushAll(settings, scalingSettings(scaling, config.max_position_embeddings));
  return new Map(
    [...settings, ...(family.settings?.(raw, given) ?? [])].map(([key, value]) => [
      `${family.architecture}.${key}`,
      value,
    ]),
  );
}

/** Llama 3's scaling is stored as a tensor of factors instead. */
function scalingSettings(scaling: RopeScaling, maxPositions: number): GgufSetting[] {
  const { rope_type: type, original_max_position_embeddings: known = maxPositions } = scaling;
  if (type !== 'linear' && type !== 'yarn') return [];
  const factor = f32(scaling.factor ?? (type === 'yarn' ? maxPositions / known : 1));
  const own: GgufSetting[] = [
    ['rope.scaling.type', text(type)],
    ['rope.scaling.factor', factor],
  ];
  return type === 'linear' ? own : [...own, ['rope.scaling.original_context_length', u32(known)]];
}

/** llama.cpp's YaRN has fixed bounds, and computes the attention factor unless a family sets it. */
function yarnProblems(scaling: RopeScaling, family: GgufFamily): Problem[] {
  if (scaling.rope_type !== 'yarn') return [];
  const fixed = { beta_fast: 32, beta_slow: 1, truncate: true } as const;
  const bounds = Object.entries(fixed).filter(
    ([key, value]) => (scaling[key as keyof typeof fixed] ?? value) !== value,
  );
  const factors = ['attention_factor', 'mscale', 'mscale_all_dim'] as const;
  const own = family.hasOwnYarn === true ? [] : factors.filter((key) => scaling[key] !== undefined);
  return [
    ...bounds.map(([key, value]) => ({ field: `rope_scaling.${key}`, message: `must be ${value} for llama.cpp` })),
    ...own.map((key) => ({ field: `rope_scaling.${key}`, message: 'llama.cpp computes it from the factor' })),
  ];
}

/** Settings that llama.cpp would ignore, which would change its answers. */
export function settingProblems(raw: RawConfig, family: GgufFamily, given = raw): Problem[] {
  const config = decoderConfig(raw);
  const { size, scaling } = ropeOptions(config, headShape(config).size);
  const problems: Problem[] = [];
  const { hidden_act: own } = config;
  const activation = family.activation === undefined ? (own === 'silu' ? undefined : own) : family.activation(raw);
  if (activation !== undefined) {
    const message = `llama.cpp uses a different activation than ${String(activation)} for this architecture`;
    problems.push({ field: 'hidden_act', message });
  }
  pushAll(problems, family.problems?.(raw, given) ?? []);
  const { rope_type: type } = scaling;
  pushAll(problems, yarnProblems(scaling, family));
  if (!['default', 'linear', 'llama3', 'yarn', ...(family.ropeTypes ?? [])].includes(type)) {
    problems.push({ field: 'rope_scaling', message: `GGUF export does not support the scaling ${type}` });
  }
  if (type === 'llama3' && family.readsRopeFactors !== true) {
    problems.push({
      field: 'rope_scaling',
      message: `llama.cpp's ${family.architecture} does not support llama3 scaling`,
    });
  }
  if (size !== headShape(config).size && family.turnsParts !== true) {
    problems.push({
      field: 'partial_rotary_factor',
      message: `llama.cpp's ${family.architecture} does not support partial rotary positions`,
    });
  }
  if (config.tie_word_embeddings && family.needsHead === true) {
    const message = `llama.cpp's ${family.architecture} requires a separate output head`;
    problems.push({ field: 'tie_word_embeddings', message });
  }
  const window = windowOf(raw);
  if (window !== undefined && window < config.max_position_embeddings) {
    const message = `llama.cpp's ${family.architecture} does not support the sliding window (${window} of ${config.max_position_embeddings} positions)`;
    const fix = `if no text is longer than ${window} tokens, set max_position_embeddings to ${window}`;
    problems.push({ field: 'sliding_window', message, fix });
  }
  return problems;
}

function windowOf(raw: RawConfig): number | undefined {
  // Qwen's window only applies if the configuration enables it; Mistral's always does.
  if (raw.model_type === 'mistral') return windowOfAll(raw, MISTRAL_WINDOW);
  if (['phi3', 'ministral3', 'starcoder2', 'minimax'].includes(String(raw.model_type))) return windowOfAll(raw);
  if (raw.use_sliding_window !== true) return undefined;
  return typeof raw.sliding_window === 'number' ? raw.sliding_window : undefined;
}

/** A GGUF file's settings as config.json; keys without a setting are copied from the exported model. */
export function configFromGguf(
  metadata: GgufMetadata,
  has: (tensor: string) => boolean,
  written: RawConfig,
): RawConfig {
  const architecture = metadata.get('general.architecture')?.value;
  const modelType = String(written.model_type);
  const family = entryOf(ggufFamilies, modelType);
  const setting = (key: string) => metadata.get(`${String(architecture)}.${key}`)?.value;
  const common = {
    architectures: written.architectures,
    model_type: modelType,
    vocab_size: setting('vocab_size'),
    hidden_size: setting('embedding_length'),
    num_hidden_layers: setting('block_count'),
    num_attention_heads: setting('attention.head_count'),
    max_position_embeddings: setting('context_length'),
    tie_word_embeddings: !has('output.weight'),
  };
  if (family?.keeps === 'all') return { ...written, ...common };
  return { ...common, ...plainConfig(setting, has, { written, keeps: family?.keeps }) };
}

/** Keys of Llama's configuration. */
function plainConfig(
  setting: (key: string) => unknown,
  has: (tensor: string) => boolean,
  { written, keeps = [] }: { written: RawConfig; keeps?: readonly string[] },
): RawConfig {
  const stored = {
    rope_type: setting('rope.scaling.type') ?? 'default',
    factor: setting('rope.scaling.factor'),
    original_max_position_embeddings: setting('rope.scaling.original_context_length'),
  };
  const config = decoderConfig(written);
  const { scaling } = ropeOptions(config, headShape(config).size);
  return {
    intermediate_size: setting('feed_forward_length'),
    num_key_value_heads: setting('attention.head_count_kv'),
    head_dim: setting('attention.key_length'),
    rms_norm_eps: setting('attention.layer_norm_rms_epsilon'),
    rope_theta: setting('rope.freq_base'),
    // `rope_freqs.weight` does not tell which scaling produced it; its factors are compared separately.
    rope_scaling: has('rope_freqs.weight') ? { ...scaling, rope_theta: undefined } : stored,
    attention_bias: has('blk.0.attn_q.bias'),
    mlp_bias: has('blk.0.ffn_up.bias'),
    partial_rotary_factor: Number(setting('rope.dimension_count')) / Number(setting('attention.key_length')),
    ...Object.fromEntries(keeps.map((key) => [key, written[key]])),
  };
}
