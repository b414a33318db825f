// N tokens, D width, S segments, H heads of values, K heads of keys, d size of keys, e size of values, X = 2Kd + He
import {
  deltaRule,
  earlierTokens,
  lastTokens,
  Linear,
  linearGroup,
  Module,
  Parameter,
  RMSNorm,
} from '../../engine/nn/index.ts';
import { aten, ones, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart } from './attention.ts';

export interface DeltaNetShape {
  layer: number;
  width: number;
  keyHeads: number;
  valueHeads: number;
  keySize: number;
  valueSize: number;
  /** Tokens that the convolution before it sees: a token and those just before it. */
  kernel: number;
  epsilon: number;
}

/** One kernel for each channel. */
class ChannelConvolution extends Module {
  /** [X, 1, kernel] */
  readonly weight: Parameter;
  readonly #kernel: number;

  constructor(channels: number, kernel: number) {
    super();
    this.weight = new Parameter([channels, 1, kernel]);
    this.#kernel = kernel;
  }

  /** Convolution over each token and those before it: x [N, X], `before` [S, kernel - 1, X] of earlier passes → [N, X] */
  forward(x: Tensor, { layout }: Pass, before: Tensor | undefined): Tensor {
    const weights = this.weight.value(x.dtype).squeeze(1); // [X, kernel]
    return Array.from({ length: this.#kernel }, (_, distance) => {
      const shifted = distance === 0 ? x : earlierTokens(x, { layout, distance, before });
      return shifted.mul(weights.select(1, this.#kernel - 1 - distance));
    }).reduce((sum, one) => sum.add(one));
  }
}

/** Attention with a state in place of keys: what it costs does not grow with the row (Yang et al., 2025). */
export class GatedDeltaNet extends Module implements AttentionPart {
  readonly conv1d: ChannelConvolution;
  readonly dt_bias: Parameter;
  readonly A_log: Parameter;
  readonly norm: RMSNorm;
  readonly out_proj: Linear;
  readonly in_proj_qkv: Linear;
  readonly in_proj_z: Linear;
  readonly in_proj_b: Linear;
  readonly in_proj_a: Linear;
  readonly #shape: DeltaNetShape;

  constructor(shape: DeltaNetShape) {
    super();
    this.#shape = shape;
    const { width, keyHeads, valueHeads, keySize, valueSize, kernel } = shape;
    const values = valueHeads * valueSize;
    const channels = 2 * keyHeads * keySize + values;
    this.conv1d = new ChannelConvolution(channels, kernel);
    this.dt_bias = new Parameter([valueHeads]);
    this.A_log = new Parameter([valueHeads]);
    this.norm = new RMSNorm(valueSize, shape.epsilon);
    this.out_proj = new Linear(values, width);
    this.in_proj_qkv = new Linear(width, channels);
    this.in_proj_z = new Linear(width, values);
    this.in_proj_b = new Linear(width, valueHeads);
    this.in_proj_a = new Linear(width, valueHeads);
  }

  /** Rates of forgetting are spread between 0 and 16. */
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (name !== 'A_log' && name !== 'dt_bias') return undefined;
    const { valueHeads: H } = this.#shape;
    const all = ones([H], { dtype, device });
    return name === 'dt_bias' ? all : aten.log.default(aten.cumsum.default(all, 0).mul(16 / H));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { layer, keyHeads: K, valueHeads: H, keySize: d, valueSize: e, kernel } = this.#shape;
    const [N] = x.shape;
    const wide = x.dtype === 'f64' ? 'f64' : 'f32';
    const layers = [this.in_proj_qkv, this.in_proj_z, this.in_proj_b, this.in_proj_a];
    const [mixed, z, b, a] = linearGroup(layers, x);
    const X = mixed.shape[1];
    const [before, state] =
      pass.cache?.recall?.(layer, [
        [kernel - 1, X],
        [H, d, e],
      ]) ?? [];
    const tails = before?.to(mixed.dtype);
    const seen = aten.silu.default(this.conv1d.forward(mixed, pass, tails)).to(wide);
    const [q, k, v] = seen.split([K * d, K * d, H * e], 1);
    const heads = (flat: Tensor) => repeated(ofLengthOne(flat.reshape(N, K, d)), H / K);
    const tokens = {
      q: heads(q).mul(d ** -0.5),
      k: heads(k),
      v: v.reshape(N, H, e),
      decay: this.#decayOf(a.to(wide)),
      beta: aten.sigmoid.default(b).to(wide),
    };
    const { y, states } = deltaRule(tokens, pass.layout, state?.to(wide));
    pass.cache?.retain?.(layer, [lastTokens(mixed, { layout: pass.layout, before: tails, count: kernel - 1 }), states]);
    const gated = this.norm.forward(y).mul(aten.silu.default(z.to(wide).reshape(N, H, e)));
    return this.out_proj.forward(gated.to(x.dtype).flatten(1));
  }

  /** a [N, H] → [N, H], at most 0 */
  #decayOf(a: Tensor): Tensor {
    const [rates, shifts] = [this.A_log, this.dt_bias].map((one) => one.value(a.dtype));
    return aten.softplus.default(a.add(shifts)).mul(aten.exp.default(rates).neg());
  }
}

/** x [N, K, d] with each head scaled to the length 1 */
function ofLengthOne(x: Tensor): Tensor {
  return x.mul(aten.rsqrt.default(x.pow(2).sum(-1).unsqueeze(-1).add(1e-6)));
}

/** Each head of keys serves the heads of values of its group: [N, K, d] → [N, H, d] */
function repeated(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [N, K, d] = x.shape;
  return x
    .unsqueeze(2)
    .expand(N, K, times, d)
    .reshape(N, K * times, d);
}
