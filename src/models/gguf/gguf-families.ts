/** llama.cpp's architectures and their differences from Hugging Face's. */
import { table } from '../../base/table.ts';
import type { Model } from '../model.ts';
import type { RawConfig } from '../raw-config.ts';
import { gemma2, gemma3 } from './gemma.ts';
import type { GgufFamily } from './gguf-family.ts';
import { qwen35, qwen35Moe, qwen3Next } from './delta-net.ts';
import { graniteHybrid, lfm2, lfm2Moe, nemotronH } from './hybrids.ts';
import { minimax } from './minimax.ts';
import { granite, smollm3 } from './multipliers.ts';
import { gemma3n, gemma4 } from './per-layer.ts';
import { deepseekV2, deepseekV3, mistral4 } from './latent.ts';
import { ernieMoe, glm4Moe, hunyuanMoe, hunyuanNames, olmoe, qwen2Moe, qwen3Moe } from './routed.ts';
import { cohere2, llama4, ministral3, olmo3, starcoder2 } from './windowed.ts';

const ATTENTION_BIASES = ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'];
const FEED_FORWARD_BIASES = ['ffn_gate.bias', 'ffn_up.bias', 'ffn_down.bias'];
const HEAD_NORMS = ['attn_q_norm.weight', 'attn_k_norm.weight'];

const llama: GgufFamily = {
  architecture: 'llama',
  rotatesNeighbours: true,
  reads: [...ATTENTION_BIASES, 'attn_output.bias', ...FEED_FORWARD_BIASES],
  readsRopeFactors: true,
};

/** Keyed by config.json's `model_type`. */
export const ggufFamilies: Readonly<Record<string, GgufFamily>> = table({
  llama,
  gemma2,
  gemma3_text: gemma3,
  gemma3n_text: gemma3n,
  gemma4_text: gemma4,
  // gguf-settings.ts rejects sliding windows that would change answers.
  mistral: llama,
  ministral3,
  mistral4,
  // Fused matrices are written unchanged; llama.cpp ignores the sliding window, which gguf-settings.ts checks.
  phi3: { architecture: 'phi3' },
  qwen2: { architecture: 'qwen2', reads: ATTENTION_BIASES },
  qwen3: { architecture: 'qwen3', reads: HEAD_NORMS },
  qwen2_moe: qwen2Moe,
  qwen3_moe: qwen3Moe,
  qwen3_next: qwen3Next,
  qwen3_5_text: qwen35,
  qwen3_5_moe_text: qwen35Moe,
  deepseek_v2: deepseekV2,
  deepseek_v3: deepseekV3,
  olmoe,
  minimax,
  granite,
  granitemoehybrid: graniteHybrid,
  smollm3,
  seed_oss: {
    architecture: 'seed_oss',
    reads: ATTENTION_BIASES,
    names: { post_attention_layernorm: 'post_attention_norm' },
  },
  // Both rotate neighbouring features, so rows are not reordered.
  ernie4_5: { architecture: 'ernie4_5' },
  ernie4_5_moe: ernieMoe,
  hunyuan_v1_dense: { architecture: 'hunyuan-dense', reads: HEAD_NORMS, names: hunyuanNames, keeps: 'all' },
  hunyuan_v1_moe: hunyuanMoe,
  glm4: {
    architecture: 'glm4',
    reads: ATTENTION_BIASES,
    turnsParts: true,
    names: {
      post_self_attn_layernorm: 'post_attention_norm',
      post_attention_layernorm: 'ffn_norm',
      post_mlp_layernorm: 'post_ffw_norm',
    },
  },
  glm4_moe: glm4Moe,
  olmo2: {
    architecture: 'olmo2',
    reads: HEAD_NORMS,
    needsHead: true,
    names: { post_attention_layernorm: 'post_attention_norm', post_feedforward_layernorm: 'post_ffw_norm' },
  },
  olmo3,
  cohere2,
  starcoder2,
  llama4_text: llama4,
  lfm2,
  lfm2_moe: lfm2Moe,
  nemotron_h: nemotronH,
});

/** Types that llama.cpp supports but computes differently, with the difference. */
export const refusedFamilies: Readonly<Record<string, string>> = table({
  phimoe: "llama.cpp weights a token's two experts by one softmax over both, instead of one for each",
});

/** The family, under the architecture that the configuration requires. */
export function familyOf(family: GgufFamily, raw: RawConfig): GgufFamily {
  const architecture = family.variant?.(raw);
  return architecture === undefined ? family : { ...family, architecture };
}

/** A model's configuration with the defaults of its type. */
export function completedConfig({ architecture, config }: Model): RawConfig {
  return architecture.completed?.(config) ?? config;
}
