/** What llama.cpp calls an architecture, and where its reading of one differs from Hugging Face's. */
import { table } from '../../base/table.ts';

export interface GgufFamily {
  /** `general.architecture`, and the prefix of the settings. */
  architecture: string;
  /** Rotary positions turn neighbours in a head rather than its halves: rows of q and k come in that order. */
  rotatesNeighbours: boolean;
  /** Parameters that it reads besides the matrices and norms of Llama: ends of their names. */
  reads: readonly string[];
  /** Whether it reads `rope_freqs.weight`, which Llama 3's stretched positions need. */
  readsRopeFactors: boolean;
}

const ATTENTION_BIASES = ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'];
const FEED_FORWARD_BIASES = ['ffn_gate.bias', 'ffn_up.bias', 'ffn_down.bias'];

const llama: GgufFamily = {
  architecture: 'llama',
  rotatesNeighbours: true,
  reads: [...ATTENTION_BIASES, 'attn_output.bias', ...FEED_FORWARD_BIASES],
  readsRopeFactors: true,
};

/** By config.json's `model_type`; one more is a line. */
export const ggufFamilies: Readonly<Record<string, GgufFamily>> = table({
  llama,
  // Its sliding window is another matter: `settings.ts` refuses one that matters.
  mistral: llama,
  qwen2: {
    architecture: 'qwen2',
    rotatesNeighbours: false,
    reads: ATTENTION_BIASES,
    readsRopeFactors: false,
  },
  qwen3: {
    architecture: 'qwen3',
    rotatesNeighbours: false,
    reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
    readsRopeFactors: false,
  },
});
