// N tokens, M memory tokens, D width, H heads, K key-value heads, d head size
import { Linear, Module, type AttentionOptions } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { attendMemory } from '../memory.ts';
import type { Pass } from '../stack.ts';
import { headShape, type DecoderConfig } from './config.ts';

interface CrossAttentionParts {
  layer: number;
  /** Width of the encoder's output. */
  memoryWidth: number;
  bias: { qkv: boolean; output: boolean };
  options: AttentionOptions;
}

/** Cross-attention to the encoder's output, without positions. */
export class CrossAttention extends Module {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly o_proj: Linear;
  readonly #parts: CrossAttentionParts;
  readonly #size: number;

  constructor(config: DecoderConfig, parts: CrossAttentionParts) {
    super();
    const { hidden_size: width } = config;
    const { heads, keyHeads, size } = headShape(config);
    const { memoryWidth, bias } = parts;
    this.q_proj = new Linear(width, heads * size, { bias: bias.qkv });
    this.k_proj = new Linear(memoryWidth, keyHeads * size, { bias: bias.qkv });
    this.v_proj = new Linear(memoryWidth, keyHeads * size, { bias: bias.qkv });
    this.o_proj = new Linear(heads * size, width, { bias: bias.output });
    this.#parts = parts;
    this.#size = size;
  }

  /** x [N, D] → [N, D] */
  forward(x: Tensor, pass: Pass): Tensor {
    const byHead = (linear: Linear, read: Tensor) => linear.forward(read).reshape(read.shape[0], -1, this.#size);
    const project = (hidden: Tensor) => ({
      k: byHead(this.k_proj, hidden), // [M, K, d]
      v: byHead(this.v_proj, hidden),
    });
    const { layer, options } = this.#parts;
    return this.o_proj.forward(attendMemory(pass, layer, { q: byHead(this.q_proj, x), project }, options));
  }
}
