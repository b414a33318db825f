// H heads, d head size, D width
import { entryOf, table } from '../../base/table.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { headShape, type DecoderConfig } from '../decoder/config.ts';
import type { GgufFamily } from './gguf-family.ts';

/** Hugging Face's names and llama.cpp's. */
const OUTSIDE: Record<string, string> = table({
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
});

const IN_A_LAYER: Record<string, string> = table({
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.qkv_proj': 'attn_qkv',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.gate_up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
});

/** Layers of experts, which GGUF stacks. */
const EXPERT = /\.experts\.(\d+)\./;

const LAYER = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/;

/** llama.cpp's name of a parameter; undefined if it has none. */
export function ggufName(path: string, { names }: Pick<GgufFamily, 'names'>): string | undefined {
  const [, layer, module, kind] = LAYER.exec(path.replace(EXPERT, '.experts.')) ?? [];
  if (layer === undefined) return OUTSIDE[path];
  const name = entryOf(names, module) ?? IN_A_LAYER[module];
  return name === undefined ? undefined : `blk.${layer}.${name}.${kind}`;
}

/** Place of a parameter in a tensor of all experts; undefined for other parameters. */
export function expertOf(path: string): number | undefined {
  const [, expert] = EXPERT.exec(path) ?? [];
  return expert === undefined ? undefined : Number(expert);
}

/** Number of heads whose rows must be reordered for neighbour rotation; undefined for other parameters. */
export function headsOf(path: string, config: DecoderConfig): number | undefined {
  const [, name] = /\.self_attn\.([qk])_proj\./.exec(path) ?? [];
  if (name === undefined) return undefined;
  const { heads, keyHeads } = headShape(config);
  return name === 'q' ? heads : keyHeads;
}

/** Reorders rows [H·d, …] from rotated halves to rotated neighbours (llama.cpp's `permute`). */
export function toNeighbours(rows: Tensor, heads: number): Tensor {
  return reorder(rows, [heads, 2, -1]);
}

/** Inverse of `toNeighbours`. */
export function toHalves(rows: Tensor, heads: number): Tensor {
  const [count] = rows.shape;
  return reorder(rows, [heads, count / heads / 2, 2]);
}

function reorder(rows: Tensor, split: readonly number[]): Tensor {
  const [count, ...rest] = rows.shape;
  return rows
    .reshape(...split, ...rest)
    .transpose(1, 2)
    .reshape(count, ...rest);
}

/** Whether a tensor in the file is a norm's weight. */
export function isNorm(name: string): boolean {
  return name.endsWith('norm.weight');
}
