import { pushAll } from '../../base/many.ts';
import type { Problem } from '../../base/errors.ts';
import type { GgufMetadata, GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { ropeOptions } from '../decoder/rope-settings.ts';
import { MISTRAL_WINDOW, windowOfAll } from '../architectures/mistral.ts';
import { ggufFamilies } from './gguf-families.ts';
import type { GgufFamily } from './gguf-family.ts';

const u32 = (value: number): GgufValue => ({ type: 'u32', value });
const f32 = (value: number): GgufValue => ({ type: 'f32', value: Math.fround(value) });

/** Settings under llama.cpp's keys (its gguf-py/constants.py). */
export function ggufSettings(raw: RawConfig, family: GgufFamily): Map<string, GgufValue> {
  const config = decoderConfig(raw);
  const { heads, keyHeads, size } = headShape(config);
  const { theta, scaling, size: turned } = ropeOptions(config, size);
  const settings: [string, GgufValue][] = [
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
  // Llama 3's scaling is stored as a tensor of factors instead.
  if (scaling.rope_type === 'linear') {
    settings.push(['rope.scaling.type', { type: 'string', value: 'linear' }]);
    settings.push(['rope.scaling.factor', f32(scaling.factor ?? 1)]);
  }
  return new Map(
    [...settings, ...(family.settings?.(raw) ?? [])].map(([key, value]) => [`${family.architecture}.${key}`, value]),
  );
}

/** Settings that llama.cpp would ignore, and thus answer differently. */
export function settingProblems(raw: RawConfig, family: GgufFamily): Problem[] {
  const config = decoderConfig(raw);
  const { size, scaling } = ropeOptions(config, headShape(config).size);
  const problems: Problem[] = [];
  const { hidden_act: own } = config;
  const activation = family.activation === undefined ? (own === 'silu' ? undefined : own) : family.activation(raw);
  if (activation !== undefined) {
    const message = `llama.cpp uses another activation for this architecture than ${String(activation)}`;
    problems.push({ field: 'hidden_act', message });
  }
  pushAll(problems, family.problems?.(raw) ?? []);
  const { rope_type: type } = scaling;
  if (!['default', 'linear', 'llama3'].includes(type)) {
    problems.push({ field: 'rope_scaling', message: `GGUF export does not support the scaling ${type}` });
  }
  if (type === 'llama3' && !family.readsRopeFactors) {
    problems.push({
      field: 'rope_scaling',
      message: `llama.cpp's ${family.architecture} does not support llama3 scaling`,
    });
  }
  if (size !== headShape(config).size && family.turnsParts !== true) {
    problems.push({
      field: 'partial_rotary_factor',
      message: `llama.cpp's ${family.architecture} rotates whole heads`,
    });
  }
  if (config.tie_word_embeddings && family.needsHead === true) {
    const message = `llama.cpp's ${family.architecture} wants a head of its own`;
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
  if (raw.model_type === 'phi3') return windowOfAll(raw);
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
  const [modelType, family] = Object.entries(ggufFamilies).find(([, one]) => one.architecture === architecture) ?? [
    architecture,
  ];
  const setting = (key: string) => metadata.get(`${String(architecture)}.${key}`)?.value;
  const linear = { rope_type: setting('rope.scaling.type') ?? 'default', factor: setting('rope.scaling.factor') };
  const config = decoderConfig(written);
  const { scaling } = ropeOptions(config, headShape(config).size);
  return {
    architectures: written.architectures,
    model_type: modelType,
    vocab_size: setting('vocab_size'),
    hidden_size: setting('embedding_length'),
    intermediate_size: setting('feed_forward_length'),
    num_hidden_layers: setting('block_count'),
    num_attention_heads: setting('attention.head_count'),
    num_key_value_heads: setting('attention.head_count_kv'),
    head_dim: setting('attention.key_length'),
    max_position_embeddings: setting('context_length'),
    rms_norm_eps: setting('attention.layer_norm_rms_epsilon'),
    rope_theta: setting('rope.freq_base'),
    // `rope_freqs.weight` does not tell which scaling produced it; its factors are compared separately.
    rope_scaling: has('rope_freqs.weight') ? { ...scaling, rope_theta: undefined } : linear,
    tie_word_embeddings: !has('output.weight'),
    attention_bias: has('blk.0.attn_q.bias'),
    mlp_bias: has('blk.0.ffn_up.bias'),
    partial_rotary_factor: Number(setting('rope.dimension_count')) / Number(setting('attention.key_length')),
    ...Object.fromEntries((family?.keeps ?? []).map((key) => [key, written[key]])),
  };
}
