// N tokens, D width, H heads, K key-value heads, d head size
import {
  Module,
  rotate,
  type DistanceBias,
  type Dropout,
  type LayerNorm,
  type Linear,
  type Rope,
} from '../../engine/nn/index.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import { attendSelf } from '../architectures/self-attention.ts';
import type { Heads, Pass } from '../stack.ts';
import { assignParts, type Named } from './plain.ts';

/** Projections of queries, keys and values. */
export interface Projections {
  /** All layers that read x, by name. */
  linears: readonly Named<Linear>[];
  /** x [N, D] → q [N, H, d], k and v [N, K, d] */
  heads(x: Tensor): Heads;
}

export interface PlainAttentionParts {
  projections: Projections;
  output: Named<Linear>;
  layer: number;
  dropout: Dropout;
  rope?: Rope;
  /** Norms of each head of q and k, before rotation. */
  norms?: { q: Named<LayerNorm>; k: Named<LayerNorm> };
  bias?: DistanceBias;
  scale?: number;
}

/** Attention of GPT-like decoders. */
export class PlainAttention extends Module {
  readonly #parts: PlainAttentionParts;

  constructor(parts: PlainAttentionParts) {
    super();
    this.#parts = parts;
    assignParts(this, [...parts.projections.linears, parts.output, parts.norms?.q, parts.norms?.k]);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { projections, output, layer, norms, rope, bias, scale, dropout } = this.#parts;
    const { q, k, v } = projections.heads(x);
    const normed = norms === undefined ? { q, k } : { q: norms.q.module.forward(q), k: norms.k.module.forward(k) };
    const rotation = rope && pass.rotations?.get(rope);
    const turned = rotation === undefined ? normed : { q: rotate(normed.q, rotation), k: rotate(normed.k, rotation) };
    return output.module.forward(attendSelf(pass, layer, { ...turned, v }, { bias, scale, dropout }));
  }
}

export interface HeadCounts {
  heads: number;
  keyHeads: number;
  /** d */
  size: number;
}

/** Separate matrices for q, k and v. */
export function separateProjections(linears: readonly [Linear, Linear, Linear], size: number): Projections {
  const [q, k, v] = linears;
  const byHead = (x: Tensor) => x.reshape(x.shape[0], -1, size);
  return {
    linears: ['q_proj', 'k_proj', 'v_proj'].map((name, i) => ({ name, module: linears[i] })),
    heads: (x) => ({ q: byHead(q.forward(x)), k: byHead(k.forward(x)), v: byHead(v.forward(x)) }),
  };
}

/**
 * One matrix whose output is grouped: each group holds the queries that share a key, then the key, then the value.
 * GPT-NeoX has one group per head, multi-query attention a single group.
 */
export function groupedProjections(linear: Named<Linear>, { heads, keyHeads, size }: HeadCounts): Projections {
  const shared = heads / keyHeads;
  return {
    linears: [linear],
    heads(x) {
      const byGroup = linear.module.forward(x).reshape(x.shape[0], keyHeads, shared + 2, size); // [N, K, H/K + 2, d]
      const [q, k, v] = byGroup.split([shared, 1, 1], 2);
      return { q: q.reshape(x.shape[0], heads, size), k: k.squeeze(2), v: v.squeeze(2) };
    },
  };
}

/** Subtracts a penalty that grows with the distance, at a different rate per head (ALiBi; Press et al., 2022). */
export class LinearBias implements DistanceBias {
  readonly #slopes: Float64Array;

  /** `scale` multiplies the slopes. */
  constructor(heads: number, scale = 1) {
    this.#slopes = Float64Array.from(slopesOf(heads), (slope) => slope * scale);
  }

  of(distances: Tensor): Tensor {
    const slopes = fromArray(Float32Array.from(this.#slopes)).toDevice(distances.device);
    return distances.to('f32').unsqueeze(1).mul(slopes); // a key before its query has a negative distance
  }
}

/** 2^(-8/n), 2^(-16/n), … for n heads; if n is not a power of two, every other slope of twice as many heads follows. */
function slopesOf(heads: number): number[] {
  const whole = 2 ** Math.floor(Math.log2(heads));
  const powers = (count: number) => Array.from({ length: count }, (_, i) => 2 ** ((-8 * (i + 1)) / count));
  const between = powers(2 * whole).filter((_, i) => i % 2 === 0);
  return [...powers(whole), ...between.slice(0, heads - whole)];
}
