// N tokens, D width, S segments, H heads, G groups of heads, e head size, d state size, X = He + 2Gd
import { z } from 'zod';
import { activations, deltaRule, Linear, Module, Parameter, RMSNorm, plainRmsNorm } from '../../engine/nn/index.ts';
import { arange, aten, ones, wideType, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart } from './attention-part.ts';
import { ShortConvolution } from './short-convolution.ts';

/** Layer types; transformers 5 calls a state space layer `linear_attention` and attention `full_attention`. */
export function layerKinds<Kind extends string>(kinds: readonly [Kind, ...Kind[]]) {
  const newer = new Map<unknown, string>([
    ['linear_attention', 'mamba'],
    ['full_attention', 'attention'],
  ]);
  const kind = z.preprocess((name) => newer.get(name) ?? name, z.enum(kinds));
  return z.array(kind).nullish();
}

/** Limits of the time step; transformers writes infinity as an object, since JSON has none. */
export const stepLimits = z
  .tuple([z.number(), z.union([z.number(), z.looseObject({ __float__: z.literal('Infinity') })])])
  .default([0, Number.POSITIVE_INFINITY])
  .transform(([min, max]) => [min, typeof max === 'number' ? max : Number.POSITIVE_INFINITY] as const);

export interface MambaShape {
  layer: number;
  width: number;
  heads: number;
  headSize: number;
  groups: number;
  stateSize: number;
  kernel: number;
  bias: { convolution: boolean; projection: boolean };
  /** Limits of the time step. */
  limits: readonly [number, number];
  /** Activation after the convolution. */
  activation: string;
  epsilon: number;
  /** Number of features normalised together; all by default. */
  normSize?: number;
}

/** Normalises gated values in groups of `size` features: x, gate [N, F] → [N, F] */
class GatedNorm extends RMSNorm {
  readonly #size: number;

  constructor(width: number, { epsilon, size = width }: { epsilon: number; size?: number }) {
    super(width, epsilon);
    this.#size = size;
  }

  gated(x: Tensor, gate: Tensor): Tensor {
    const product = x.mul(aten.silu.default(gate));
    if (this.#size === this.weight.size) return this.forward(product);
    const parts = product.reshape(x.shape[0], -1, this.#size);
    return plainRmsNorm(parts, this.epsilon).flatten(1).mul(this.scale().to(x.dtype));
  }
}

/** State space layer with token-dependent steps, in place of attention (Dao and Gu, 2024). */
export class Mamba2 extends Module implements AttentionPart {
  readonly conv1d: ShortConvolution;
  readonly dt_bias: Parameter;
  readonly A_log: Parameter;
  readonly D: Parameter;
  readonly norm: GatedNorm;
  readonly in_proj: Linear;
  readonly out_proj: Linear;
  readonly #shape: MambaShape;
  readonly #inner: number;
  readonly #channels: number;

  constructor(shape: MambaShape) {
    super();
    this.#shape = shape;
    const { width, heads, groups, stateSize, bias } = shape;
    this.#inner = heads * shape.headSize;
    this.#channels = this.#inner + 2 * groups * stateSize;
    this.conv1d = new ShortConvolution({ channels: this.#channels, kernel: shape.kernel, bias: bias.convolution });
    this.dt_bias = new Parameter([heads]);
    this.A_log = new Parameter([heads]);
    this.D = new Parameter([heads]);
    this.norm = new GatedNorm(this.#inner, { epsilon: shape.epsilon, size: shape.normSize });
    this.in_proj = new Linear(width, this.#inner + this.#channels + heads, { bias: bias.projection });
    this.out_proj = new Linear(this.#inner, width, { bias: bias.projection });
  }

  /** Initial decay rates run from 1 to the number of heads. */
  override fixedValue(name: string, place: { dtype: DType; device: string }): Tensor | undefined {
    const { heads } = this.#shape;
    if (name === 'A_log') return aten.log.default(arange(heads).to(place.dtype).add(1)).toDevice(place.device);
    return name === 'D' || name === 'dt_bias' ? ones([heads], place) : undefined;
  }

  forward(x: Tensor, { layout, cache }: Pass): Tensor {
    const { layer, heads: H, headSize: e, groups: G, stateSize: d, kernel } = this.#shape;
    const [N] = x.shape;
    const wide = wideType(x.dtype);
    const [gate, mixed, times] = this.in_proj.forward(x).split([this.#inner, this.#channels, H], 1);
    const shapes = [
      [kernel - 1, this.#channels],
      [H, d, e],
    ];
    const [before, state] = cache?.recall?.(layer, shapes) ?? [];
    const { y: convolved, tail } = this.conv1d.forward(mixed, layout, before);
    const parts = activations[this.#shape.activation](convolved)
      .to(wide)
      .split([this.#inner, G * d, G * d], 1);
    const values = parts[0].reshape(N, H, e);
    const [k, q] = [parts[1], parts[2]].map((part) => part.reshape(N, G, d));
    const [rates, shifts, direct] = [this.A_log, this.dt_bias, this.D].map((one) => one.value(wide));
    const steps = this.#within(aten.softplus.default(times.to(wide).add(shifts))); // [N, H]
    const tokens = { q, k, v: values.mul(steps.unsqueeze(-1)), decay: steps.mul(aten.exp.default(rates).neg()) };
    const { y, states } = deltaRule(tokens, layout, state?.to(wide));
    cache?.retain?.(layer, [tail(), states]);
    const all = y.add(values.mul(direct.unsqueeze(-1))).flatten(1);
    return this.out_proj.forward(this.norm.gated(all, gate.to(wide)).to(x.dtype));
  }

  #within(steps: Tensor): Tensor {
    const [min, max] = this.#shape.limits;
    if (min <= 0 && max === Number.POSITIVE_INFINITY) return steps;
    return aten.clamp.default(steps, { min, max });
  }
}
