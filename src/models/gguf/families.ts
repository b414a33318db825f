import type { Problem } from '../../base/errors.ts';
import type { GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../config.ts';
import { gemma2, gemma3 } from './gemma.ts';

/** llama.cpp's name of an architecture, and its differences from Hugging Face's. */
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
  /** Modules of a layer that have other names than Llama's. */
  names?: Readonly<Record<string, string>>;
  /** Norms multiply by one more than their weight, which llama.cpp wants added. */
  normsFromZero?: boolean;
  /** The configuration under the keys that are read here, where newer files have others. */
  read?(raw: RawConfig): RawConfig;
  /** An activation that is not its own; undefined where it is, and `hidden_act: silu` where this is left out. */
  activation?(raw: RawConfig): unknown;
  /** Settings of its own, behind the architecture's name. */
  settings?(raw: RawConfig): [string, GgufValue][];
  /** Deviations of a model from llama.cpp's assumptions. */
  problems?(raw: RawConfig): Problem[];
  /** Keys of config.json without a GGUF setting. */
  keeps?: readonly string[];
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
  gemma2,
  gemma3_text: gemma3,
  // Its sliding window is another matter: `settings.ts` refuses one that matters.
  mistral: llama,
  // Its fused matrices are read as they are; llama.cpp leaves its sliding window out, as `settings.ts` says.
  phi3: { architecture: 'phi3', rotatesNeighbours: false, reads: [], readsRopeFactors: false },
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
