// N tokens, D width, H heads, K key-value heads, d head size
import {
  Dropout,
  Linear,
  linearGroup,
  Module,
  RMSNorm,
  rotate,
  plainRmsNorm,
  type Rope,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { attendSelf } from '../architectures/self-attention.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart } from './attention-part.ts';
import type { DecoderConfig } from './config.ts';

export interface SharingTraits {
  layer: number;
  /** Layer whose keys and values it attends to: this one or an earlier one. */
  source: number;
  /** Whether later layers reuse its keys and values. */
  isLent: boolean;
  rope: Rope;
  window?: number;
  keyHeads: number;
  size: number;
  /** Values are the keys before normalisation (Gemma 4). */
  valuesAreKeys?: boolean;
}

interface KeysAndValues {
  k: Tensor;
  v: Tensor;
}

/** Attention whose keys and values are reused by later layers, with norms on q, k and v (Gemma 3n, Gemma 4). */
export class SharingAttention extends Module implements AttentionPart {
  readonly q_proj: Linear;
  readonly k_proj?: Linear;
  readonly v_proj?: Linear;
  readonly o_proj: Linear;
  readonly q_norm: RMSNorm;
  readonly k_norm?: RMSNorm;
  readonly #traits: SharingTraits;
  readonly #epsilon: number;
  readonly #dropout: Dropout;

  constructor(config: DecoderConfig, traits: SharingTraits) {
    super();
    const { hidden_size: width, num_attention_heads: heads, attention_bias: bias, rms_norm_eps: epsilon } = config;
    const { layer, source, keyHeads, size } = traits;
    this.#traits = traits;
    this.#epsilon = epsilon;
    this.#dropout = new Dropout(config.attention_dropout, `layers.${layer}.self_attn`);
    this.q_proj = new Linear(width, heads * size, { bias });
    this.q_norm = new RMSNorm(size, epsilon);
    if (source === layer) {
      this.k_proj = new Linear(width, keyHeads * size, { bias });
      this.k_norm = new RMSNorm(size, epsilon);
      if (traits.valuesAreKeys !== true) this.v_proj = new Linear(width, keyHeads * size, { bias });
    }
    this.o_proj = new Linear(heads * size, width, { bias });
  }

  get rope(): Rope {
    return this.#traits.rope;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { layer, source, isLent, window } = this.#traits;
    const own = source === layer ? [this.k_proj!, ...(this.v_proj === undefined ? [] : [this.v_proj])] : [];
    const [queries, ...rest] = linearGroup([this.q_proj, ...own], x);
    const q = this.#turned(this.q_norm.forward(this.#headsOf(queries)), pass);
    const { k, v } = rest.length === 0 ? lentBy(source, pass) : this.#keysAndValues(rest, pass);
    if (isLent) {
      pass.leave(`keys of ${layer}`, k);
      pass.leave(`values of ${layer}`, v);
    }
    // Uses the source's slot in the cache: a later layer rewrites the same values there.
    const y = attendSelf(pass, source, { q, k, v }, { window, scale: 1, dropout: this.#dropout });
    return this.o_proj.forward(y);
  }

  #keysAndValues([keys, values = keys]: readonly Tensor[], pass: Pass): KeysAndValues {
    const [k, v] = [keys, values].map((one) => this.#headsOf(one));
    return { k: this.#turned(this.k_norm!.forward(k), pass), v: plainRmsNorm(v, this.#epsilon) };
  }

  #turned(x: Tensor, pass: Pass): Tensor {
    return rotate(x, pass.rotations!.get(this.rope)!);
  }

  /** [N, K·d] → [N, K, d] */
  #headsOf(flat: Tensor): Tensor {
    return flat.reshape(flat.shape[0], -1, this.#traits.size);
  }
}

function lentBy(layer: number, { left }: Pass): KeysAndValues {
  return { k: left.get(`keys of ${layer}`)!, v: left.get(`values of ${layer}`)! };
}

/** Source layer of each layer: each of the last `sharing` layers reuses the last layer of its kind before them. */
export function keySources(kinds: readonly string[], sharing: number): number[] {
  const first = kinds.length - sharing;
  const before = kinds.slice(0, first);
  return kinds.map((kind, layer) => (layer < first || first <= 0 ? layer : before.lastIndexOf(kind)));
}

/** Key and value projections of layers that reuse another's: some checkpoints hold them, but nothing reads them. */
export function unreadKeys(sources: readonly number[]): RegExp {
  const sharing = sources.flatMap((source, layer) => (source === layer ? [] : [layer]));
  return new RegExp(`(^|\\.)layers\\.(${sharing.join('|')})\\.self_attn\\.(k_proj|v_proj|k_norm|v_norm)\\.`);
}
