import { gemma2, gemma3 } from './gemma.ts';
import { granite, smollm3 } from './multipliers.ts';
import { olmoe, qwen2Moe, qwen3Moe } from './routed.ts';

/** llama.cpp's architectures and their differences from Hugging Face's. */
import { table } from '../../base/table.ts';
import type { GgufFamily } from './gguf-family.ts';

const ATTENTION_BIASES = ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'];
const FEED_FORWARD_BIASES = ['ffn_gate.bias', 'ffn_up.bias', 'ffn_down.bias'];

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
  // gguf-settings.ts rejects sliding windows that would change answers.
  mistral: llama,
  // Fused matrices are written unchanged; llama.cpp ignores the sliding window, which gguf-settings.ts checks.
  phi3: { architecture: 'phi3', rotatesNeighbours: false, reads: [], readsRopeFactors: false },
  qwen2: {
    architecture: 'qwen2',
    rotatesNeighbours: false,
    reads: ATTENTION_BIASES,
    readsRopeFactors: false,
  },
  qwen2_moe: qwen2Moe,
  qwen3_moe: qwen3Moe,
  olmoe,
  granite,
  smollm3,
  seed_oss: {
    architecture: 'seed_oss',
    rotatesNeighbours: false,
    reads: ATTENTION_BIASES,
    readsRopeFactors: false,
    names: { post_attention_layernorm: 'post_attention_norm' },
  },
  // Neighbours are rotated by both, so that rows keep their order.
  ernie4_5: { architecture: 'ernie4_5', rotatesNeighbours: false, reads: [], readsRopeFactors: false },
  glm4: {
    architecture: 'glm4',
    rotatesNeighbours: false,
    reads: ATTENTION_BIASES,
    readsRopeFactors: false,
    turnsParts: true,
    names: {
      post_self_attn_layernorm: 'post_attention_norm',
      post_attention_layernorm: 'ffn_norm',
      post_mlp_layernorm: 'post_ffw_norm',
    },
  },
  olmo2: {
    architecture: 'olmo2',
    rotatesNeighbours: false,
    reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
    readsRopeFactors: false,
    needsHead: true,
    names: { post_attention_layernorm: 'post_attention_norm', post_feedforward_layernorm: 'post_ffw_norm' },
  },
  qwen3: {
    architecture: 'qwen3',
    rotatesNeighbours: false,
    reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
    readsRopeFactors: false,
  },
});
