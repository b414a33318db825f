// N tokens, D width, H heads, c latent width, d key size, r rotated features of a key, e value size
import type { z } from 'zod';
import { Dropout, Linear, linearGroup, Module, RMSNorm, rotate, type Rope } from '../../engine/nn/index.ts';
import { cat, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { attendSelf } from '../architectures/self-attention.ts';
import type { Heads, Pass } from '../stack.ts';
import type { AttentionPart } from './attention-part.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from './config.ts';

/** config.json keys of latent attention. */
export const latentKeys = {
  q_lora_rank: count.nullish(),
  kv_lora_rank: count.default(512),
  qk_nope_head_dim: count.default(128),
  qk_rope_head_dim: count.default(64),
  v_head_dim: count.default(128),
};

/** Sets the size of rotated heads: a part of each head, `qk_rope_head_dim` features, carries the positions. */
export function withTurnedHead(raw: RawConfig): RawConfig {
  const share = { partial_rotary_factor: undefined };
  const parameters = raw.rope_parameters as object | null | undefined;
  return {
    ...raw,
    ...share,
    head_dim: raw.qk_rope_head_dim ?? 64,
    rope_parameters: parameters && { ...parameters, ...share },
  };
}

export type LatentShape = z.output<z.ZodObject<typeof latentKeys>>;

/** Epsilon of the latent vectors' norms, whatever the configuration says. */
const EPSILON = 1e-6;

export interface LatentTraits {
  layer: number;
  rope: Rope;
  scale: number;
  /** Scales each token's query by its position: int64 [N] → [N] */
  queryScale?(positions: Tensor): Tensor;
}

/**
 * Multi-head latent attention: one narrow vector per token gives the keys and values of all heads; a single rotated
 * key, shared by all heads, carries positions (DeepSeek-AI, "DeepSeek-V2", 2024).
 */
export class LatentAttention extends Module implements AttentionPart {
  readonly q_proj?: Linear;
  readonly q_a_proj?: Linear;
  readonly q_a_layernorm?: RMSNorm;
  readonly q_b_proj?: Linear;
  readonly kv_a_proj_with_mqa: Linear;
  readonly kv_a_layernorm: RMSNorm;
  readonly kv_b_proj: Linear;
  readonly o_proj: Linear;
  readonly #heads: number;
  readonly #shape: LatentShape;
  readonly #traits: LatentTraits;
  readonly #dropout: Dropout;

  constructor(config: DecoderConfig, shape: LatentShape, traits: LatentTraits) {
    super();
    const { hidden_size: width, num_attention_heads: heads, attention_bias: bias } = config;
    const { q_lora_rank: rank, kv_lora_rank: latent, qk_nope_head_dim: plain, qk_rope_head_dim: turned } = shape;
    this.#heads = heads;
    this.#shape = shape;
    this.#traits = traits;
    this.#dropout = new Dropout(config.attention_dropout, `layers.${traits.layer}.self_attn`);
    if (rank === undefined || rank === null) {
      this.q_proj = new Linear(width, heads * (plain + turned));
    } else {
      this.q_a_proj = new Linear(width, rank, { bias });
      this.q_a_layernorm = new RMSNorm(rank, EPSILON);
      this.q_b_proj = new Linear(rank, heads * (plain + turned));
    }
    this.kv_a_proj_with_mqa = new Linear(width, latent + turned, { bias });
    this.kv_a_layernorm = new RMSNorm(latent, EPSILON);
    this.kv_b_proj = new Linear(latent, heads * (plain + shape.v_head_dim));
    this.o_proj = new Linear(heads * shape.v_head_dim, width, { bias });
  }

  get rope(): Rope {
    return this.#traits.rope;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { layer, scale, queryScale } = this.#traits;
    const { q, k, v } = this.#project(x, pass);
    const scaled = queryScale === undefined ? q : q.mul(queryScale(pass.positions).to(q.dtype).reshape(-1, 1, 1));
    // Kernels and caches need keys and values of the same size.
    const size = Math.max(q.shape[2], v.shape[2]);
    const padded = { q: widened(scaled, size), k: widened(k, size), v: widened(v, size) };
    const y = attendSelf(pass, layer, padded, { scale, dropout: this.#dropout });
    const values = y.reshape(x.shape[0], this.#heads, size).narrow(2, 0, v.shape[2]);
    return this.o_proj.forward(values.flatten(1));
  }

  /** x [N, D] → q and k [N, H, d], v [N, H, e], rotated */
  #project(x: Tensor, pass: Pass): Heads {
    const { kv_lora_rank: latent, qk_nope_head_dim: plain, qk_rope_head_dim: turned, v_head_dim: e } = this.#shape;
    const [N, H] = [x.shape[0], this.#heads];
    const rotation = pass.rotations!.get(this.rope)!;
    const [first, compressed] = linearGroup([(this.q_proj ?? this.q_a_proj)!, this.kv_a_proj_with_mqa], x);
    const queries = this.q_b_proj?.forward(this.q_a_layernorm!.forward(first)) ?? first;
    const [qPlain, qTurned] = queries.reshape(N, H, plain + turned).split([plain, turned], 2);
    const [narrow, shared] = compressed.split([latent, turned], 1);
    const expanded = this.kv_b_proj.forward(this.kv_a_layernorm.forward(narrow)).reshape(N, H, plain + e);
    const [kPlain, v] = expanded.split([plain, e], 2);
    const key = rotate(shared.reshape(N, 1, turned), rotation).expand(N, H, turned);
    return { q: cat([qPlain, rotate(qTurned, rotation)], 2), k: cat([kPlain, key], 2), v };
  }
}

/** Pads each head with zeros: [N, H, d] → [N, H, size] */
function widened(x: Tensor, size: number): Tensor {
  const [N, H, d] = x.shape;
  return d === size ? x : cat([x, zeros([N, H, size - d], { dtype: x.dtype, device: x.device })], 2);
}
