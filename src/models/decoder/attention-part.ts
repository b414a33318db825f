// N tokens, D width, H heads, K key-value heads, d head size
import {
  Dropout,
  Linear,
  linearGroup,
  Module,
  Parameter,
  rotate,
  plainRmsNorm,
  type LayerNorm,
  type RMSNorm,
  type Rope,
  type Rotation,
} from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import { AdaptableAttention } from '../attention-adapters.ts';
import { attendSelf } from '../architectures/self-attention.ts';
import type { Heads, Pass } from '../stack.ts';
import { headShape, type DecoderConfig } from './config.ts';
import { assignParts, type Named } from './plain.ts';

type HeadShape = ReturnType<typeof headShape>;

export type Norm = RMSNorm | LayerNorm;

export type NormOf = (width: number) => Norm;

/** Differences from Llama's attention. */
export interface AttentionTraits {
  /** Rotary positions; absent in layers without positions (SmolLM3). */
  rope?: Rope;
  /** Biases of q, k and v, and of the output projection; none by default. */
  bias?: { qkv: boolean; output: boolean };
  /** One matrix projects q, k and v (Phi-3). */
  isFused?: boolean;
  /** Normalisation of q and k before rotation: per head (Qwen3) or over all of them (OLMo 2). */
  queryKeyNorm?: 'head' | 'whole';
  /** Sliding window in tokens; unlimited if undefined. */
  window?: number;
  /** Chunked attention: tokens see only their own chunk of this many positions (Llama 4). */
  chunk?: number;
  /** Factor of the scores; 1/√d unless given. */
  scale?: number;
  softcap?: number;
  /** Per-head norms of q and k after rotation, with their names in checkpoints (Hunyuan). */
  turnedNorms?: readonly [q: Named<HeadNorm>, k: Named<HeadNorm>];
  /** Clamps q, k and v to ± this value. */
  clip?: number;
  /** Scales each token's query by its position: int64 [N] → [N] */
  queryScale?(positions: Tensor): Tensor;
  /** Bidirectional attention, even where the layout is causal. */
  seesAll?: boolean;
  /** Multiplies the heads' outputs by a gate projected together with the queries (Qwen3.5). */
  isGated?: boolean;
  /** A trained score per head that joins the softmax without a value (gpt-oss). */
  hasSinks?: boolean;
}

interface AttentionPlace {
  layer: number;
  norm: NormOf;
}

/** Parts of attention for an operator that fuses it with its projections. */
export interface FusableAttention {
  /** q, k, v and output projections. */
  linears: readonly Linear[];
  /** Per-head norms of q and k, if any. */
  norms: readonly Norm[];
  rotation: Rotation;
  options: { window?: number; scale?: number };
}

/** A layer's attention, or a module in its place. */
export interface AttentionPart extends Module {
  /** x [N, D] → [N, D] */
  forward(x: Tensor, pass: Pass): Tensor;
  /** Rotary positions, if any. */
  readonly rope?: Rope;
  /** Index of the layer, for an operator that computes a whole layer. */
  readonly layer?: number;
  fusable?(pass: Pass): FusableAttention | undefined;
}

/** Base class of a decoder layer's attention; subclasses project q, k and v. */
export abstract class Attention extends AdaptableAttention implements AttentionPart {
  /** [H] */
  readonly sinks?: Parameter;
  readonly #place: AttentionPlace;
  readonly #traits: AttentionTraits;
  readonly #dropout: Dropout;
  override readonly shape: HeadShape;
  override readonly width: number;

  constructor(config: DecoderConfig, traits: AttentionTraits, place: AttentionPlace) {
    super();
    this.#place = place;
    this.#traits = traits;
    this.shape = headShape(config);
    this.width = config.hidden_size;
    this.#dropout = new Dropout(config.attention_dropout, `layers.${place.layer}.self_attn`);
    assignParts(this, [...(traits.turnedNorms ?? [])]);
    if (traits.hasSinks === true) this.sinks = new Parameter([config.num_attention_heads]);
  }

  abstract readonly o_proj: Linear;
  /** x [N, D] → heads, normalised but not yet rotated. */
  protected abstract project(x: Tensor): Heads & { gate?: Tensor };
  override keysAndValues(x: Tensor): Pick<Heads, 'k' | 'v'> {
    const { k, v } = this.project(x);
    return { k, v };
  }
  /** Projections and head norms, if the subclass's projections consist of nothing else. */
  protected plainParts(): Pick<FusableAttention, 'linears' | 'norms'> | undefined {
    return undefined;
  }

  get layer(): number {
    return this.#place.layer;
  }
  get rope(): Rope | undefined {
    return this.#traits.rope;
  }

  /** Undefined if the operator does not support this attention. */
  fusable(pass: Pass): FusableAttention | undefined {
    const { rope, window, scale, softcap } = this.#traits;
    const [parts, rotation] = [this.plainParts(), rope && pass.rotations?.get(rope)];
    if (parts === undefined || rotation === undefined || this.#dropout.isActive) return undefined;
    if (this.isAdapted || rotation.turnsNeighbours || pass.layout.together !== undefined) return undefined;
    const { queryScale, chunk, turnedNorms } = this.#traits;
    if ([softcap, this.sinks, queryScale, chunk, turnedNorms].some((part) => part !== undefined)) return undefined;
    return { ...parts, rotation, options: { window, scale } };
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { window, chunk, scale, softcap, seesAll } = this.#traits;
    const { gate, ...heads } = this.project(x);
    const turned = this.adapted(this.#placed(heads, pass), pass);
    const causal = seesAll === true ? false : undefined;
    const options = { window, chunk, scale, softcap, causal, sinks: this.sinks?.tensor, dropout: this.#dropout };
    const y = this.withContext(attendSelf(pass, this.#place.layer, turned, options), turned.q);
    return this.o_proj.forward(gate === undefined ? y : y.mul(aten.sigmoid.default(gate)));
  }

  /** Applies positions to the heads. */
  #placed(heads: Heads, pass: Pass): Heads {
    const { rope, queryScale, turnedNorms } = this.#traits;
    const rotation = rope && pass.rotations?.get(rope);
    const [q, k] = [heads.q, heads.k].map((x, i) => {
      const turned = rotation === undefined ? x : rotate(x, rotation);
      return turnedNorms?.[i].module.forward(turned) ?? turned;
    });
    const factor = queryScale?.(pass.positions).to(q.dtype).reshape(-1, 1, 1);
    return { q: factor === undefined ? q : q.mul(factor), k, v: heads.v };
  }
}

/** x [N, H, d] → the same, each head normalised */
export interface HeadNorm extends Module {
  forward(x: Tensor): Tensor;
}

/** RMSNorm without weights (Llama 4). */
export class BareRMSNorm extends Module implements HeadNorm {
  readonly #epsilon: number;

  constructor(epsilon: number) {
    super();
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return plainRmsNorm(x, this.#epsilon);
  }
}

/** Scales queries with the logarithm of their position, which keeps attention sharp in long rows (Llama 4). */
export function growingQueries(weight: number, step: number, offset = 0): (positions: Tensor) => Tensor {
  return (positions) => {
    const steps = aten.floor.default(positions.to('f32').add(offset).div(step));
    return aten.log1p.default(steps).mul(weight).add(1);
  };
}

/** Separate matrices for q, k and v. */
export class SplitAttention extends Attention {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  override readonly o_proj: Linear;
  readonly q_norm?: Norm;
  readonly k_norm?: Norm;
  readonly #linears: readonly Linear[];
  readonly #size: number;
  readonly #isWhole: boolean;
  readonly #isGated: boolean;
  readonly #clip: number | undefined;

  constructor(config: DecoderConfig, traits: AttentionTraits, place: AttentionPlace) {
    super(config, traits, place);
    const { heads, keyHeads, size } = headShape(config);
    this.#clip = traits.clip;
    const { bias, queryKeyNorm, isGated = false } = traits;
    const width = config.hidden_size;
    this.q_proj = new Linear(width, (isGated ? 2 : 1) * heads * size, { bias: bias?.qkv });
    this.k_proj = new Linear(width, keyHeads * size, { bias: bias?.qkv });
    this.v_proj = new Linear(width, keyHeads * size, { bias: bias?.qkv });
    this.o_proj = new Linear(heads * size, width, { bias: bias?.output });
    this.#linears = [this.q_proj, this.k_proj, this.v_proj, this.o_proj];
    this.#size = size;
    this.#isGated = isGated;
    this.#isWhole = queryKeyNorm === 'whole';
    if (queryKeyNorm === undefined) return;
    this.q_norm = place.norm(this.#isWhole ? heads * size : size);
    this.k_norm = place.norm(this.#isWhole ? keyHeads * size : size);
  }

  protected override project(x: Tensor): Heads & { gate?: Tensor } {
    const [queries, k, v] = linearGroup([this.q_proj, this.k_proj, this.v_proj], x);
    const { q, gate } = this.#isGated ? this.#gateOf(queries) : { q: queries };
    return { gate, q: this.#headsOf(q, this.q_norm), k: this.#headsOf(k, this.k_norm), v: this.#headsOf(v) };
  }

  protected override plainParts(): Pick<FusableAttention, 'linears' | 'norms'> | undefined {
    if (this.#isGated || this.#clip !== undefined) return undefined;
    if (this.q_norm === undefined || this.k_norm === undefined) return { linears: this.#linears, norms: [] };
    return this.#isWhole ? undefined : { linears: this.#linears, norms: [this.q_norm, this.k_norm] };
  }

  /** Splits each head's output into its query and the gate behind it: [N, H·2d] → [N, H·d] each */
  #gateOf(x: Tensor): { q: Tensor; gate: Tensor } {
    const [q, gate] = x.reshape(x.shape[0], -1, 2 * this.#size).chunk(2, 2);
    return { q: q.flatten(1), gate: gate.flatten(1) };
  }

  /** [N, H·d] → [N, H, d] */
  #headsOf(flat: Tensor, norm?: Norm): Tensor {
    const byHead = (x: Tensor) => x.reshape(x.shape[0], -1, this.#size);
    const heads =
      this.#isWhole || norm === undefined ? byHead(norm?.forward(flat) ?? flat) : norm.forward(byHead(flat));
    const clip = this.#clip;
    return clip === undefined ? heads : aten.clamp.default(heads, { min: -clip, max: clip });
  }
}

/** One matrix for q, k and v, in that order. */
export class FusedAttention extends Attention {
  override readonly o_proj: Linear;
  readonly qkv_proj: Linear;

  constructor(config: DecoderConfig, traits: AttentionTraits, place: AttentionPlace) {
    super(config, traits, place);
    const { heads, keyHeads, size } = headShape(config);
    this.o_proj = new Linear(heads * size, config.hidden_size, { bias: traits.bias?.output });
    this.qkv_proj = new Linear(config.hidden_size, (heads + 2 * keyHeads) * size, { bias: traits.bias?.qkv });
  }

  protected override project(x: Tensor): Heads {
    const { heads, keyHeads, size } = this.shape;
    const all = this.qkv_proj.forward(x).reshape(x.shape[0], -1, size); // [N, H + 2K, d]
    const [q, k, v] = all.split([heads, keyHeads, keyHeads], 1);
    return { q, k, v };
  }
}
