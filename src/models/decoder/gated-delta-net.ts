// N tokens, D width, S segments, H value heads, K key heads, d key size, e value size, X = 2Kd + He
import { z } from 'zod';
import { deltaRule, Linear, linearGroup, Module, OffsetRMSNorm, Parameter, RMSNorm } from '../../engine/nn/index.ts';
import { aten, cat, ones, wideType, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart } from './attention-part.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderTraits } from './decoder.ts';
import type { TraitsContext } from './define.ts';
import { ShortConvolution } from './short-convolution.ts';

export interface DeltaNetShape {
  layer: number;
  width: number;
  keyHeads: number;
  valueHeads: number;
  keySize: number;
  valueSize: number;
  /** Width of the causal convolution: the token itself and those just before it. */
  kernel: number;
  epsilon: number;
}

/** config.json keys of models that alternate between a recurrent state and gated attention (Qwen3-Next and later). */
const keys = z
  .looseObject({
    layer_types: z.array(z.enum(['linear_attention', 'full_attention'])).nullish(),
    full_attention_interval: count.default(4),
    linear_conv_kernel_dim: count.default(4),
    linear_key_head_dim: count.default(128),
    linear_value_head_dim: count.default(128),
    linear_num_key_heads: count.default(16),
    linear_num_value_heads: count.default(32),
    attn_output_gate: z.literal(true, { error: 'only attention with a gate is supported' }).default(true),
    hidden_act: z.literal('silu', { error: 'only silu is supported' }).default('silu'),
  })
  .refine(({ linear_num_key_heads: keys, linear_num_value_heads: values }) => values % keys === 0, {
    path: ['linear_num_key_heads'],
    error: 'must divide linear_num_value_heads',
  });

/** Which layers have linear attention, and its shape. */
export function deltaNetConfig(raw: RawConfig) {
  const own = parseConfig(keys, raw);
  return {
    isLinear: (layer: number): boolean =>
      own.layer_types === undefined || own.layer_types === null
        ? (layer + 1) % own.full_attention_interval !== 0
        : own.layer_types[layer] === 'linear_attention',
    keyHeads: own.linear_num_key_heads,
    valueHeads: own.linear_num_value_heads,
    keySize: own.linear_key_head_dim,
    valueSize: own.linear_value_head_dim,
    kernel: own.linear_conv_kernel_dim,
  };
}

/** Linear attention in most layers, gated attention in the rest. */
export function deltaNetTraits(
  config: DecoderConfig,
  { raw, rope }: TraitsContext,
  DeltaNet: new (shape: DeltaNetShape) => GatedDeltaNet,
) {
  const { attention_bias: bias, hidden_size: width, rms_norm_eps: epsilon } = config;
  const { isLinear, ...own } = deltaNetConfig(raw);
  const shape = { ...own, width, epsilon };
  return {
    attention: (layer) =>
      isLinear(layer)
        ? { name: 'linear_attn', module: new DeltaNet({ ...shape, layer }) }
        : { rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'head', isGated: true },
    norm: (size) => new OffsetRMSNorm(size, epsilon),
  } satisfies DecoderTraits;
}

/** Input of the convolution [N, X], gates of the values [N, He], and two scalars per head [N, H]. */
interface Projected {
  mixed: Tensor;
  z: Tensor;
  b: Tensor;
  a: Tensor;
}

/** Linear attention with a recurrent state instead of keys, so that its cost per token does not grow with the row (Yang et al., 2025). */
export abstract class GatedDeltaNet extends Module implements AttentionPart {
  readonly conv1d: ShortConvolution;
  readonly dt_bias: Parameter;
  readonly A_log: Parameter;
  readonly norm: RMSNorm;
  readonly out_proj: Linear;
  readonly #shape: DeltaNetShape;

  constructor(shape: DeltaNetShape) {
    super();
    this.#shape = shape;
    const { width, keyHeads, valueHeads, keySize, valueSize, kernel } = shape;
    const values = valueHeads * valueSize;
    const channels = 2 * keyHeads * keySize + values;
    this.conv1d = new ShortConvolution({ channels, kernel });
    this.dt_bias = new Parameter([valueHeads]);
    this.A_log = new Parameter([valueHeads]);
    this.norm = new RMSNorm(valueSize, shape.epsilon);
    this.out_proj = new Linear(values, width);
  }

  protected abstract project(x: Tensor): Projected;

  /** Initial decay rates are spread between 0 and 16. */
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (name !== 'A_log' && name !== 'dt_bias') return undefined;
    const { valueHeads: H } = this.#shape;
    const all = ones([H], { dtype, device });
    return name === 'dt_bias' ? all : aten.log.default(aten.cumsum.default(all, 0).mul(16 / H));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { layer, keyHeads: K, valueHeads: H, keySize: d, valueSize: e, kernel } = this.#shape;
    const [N] = x.shape;
    const wide = wideType(x.dtype);
    const { mixed, z, b, a } = this.project(x);
    const X = mixed.shape[1];
    const [before, state] =
      pass.cache?.recall?.(layer, [
        [kernel - 1, X],
        [H, d, e],
      ]) ?? [];
    const { y: convolved, tail } = this.conv1d.forward(mixed, pass.layout, before);
    const seen = aten.silu.default(convolved).to(wide);
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
    pass.cache?.retain?.(layer, [tail(), states]);
    const gated = this.norm.forward(y).mul(aten.silu.default(z.to(wide).reshape(N, H, e)));
    return this.out_proj.forward(gated.to(x.dtype).flatten(1));
  }

  /** a [N, H] → [N, H], at most 0 */
  #decayOf(a: Tensor): Tensor {
    const [rates, shifts] = [this.A_log, this.dt_bias].map((one) => one.value(a.dtype));
    return aten.softplus.default(a.add(shifts)).mul(aten.exp.default(rates).neg());
  }
}

/** Separate matrices for convolution input, gates and the two scalars per head (Qwen3.5). */
export class SplitDeltaNet extends GatedDeltaNet {
  readonly in_proj_qkv: Linear;
  readonly in_proj_z: Linear;
  readonly in_proj_b: Linear;
  readonly in_proj_a: Linear;

  constructor(shape: DeltaNetShape) {
    super(shape);
    const { width, keyHeads, valueHeads, keySize, valueSize } = shape;
    this.in_proj_qkv = new Linear(width, 2 * keyHeads * keySize + valueHeads * valueSize);
    this.in_proj_z = new Linear(width, valueHeads * valueSize);
    this.in_proj_b = new Linear(width, valueHeads);
    this.in_proj_a = new Linear(width, valueHeads);
  }

  protected override project(x: Tensor): Projected {
    const [mixed, z, b, a] = linearGroup([this.in_proj_qkv, this.in_proj_z, this.in_proj_b, this.in_proj_a], x);
    return { mixed, z, b, a };
  }
}

/** Two matrices whose rows are grouped by key head (Qwen3-Next). */
export class GroupedDeltaNet extends GatedDeltaNet {
  readonly in_proj_qkvz: Linear;
  readonly in_proj_ba: Linear;
  readonly #keyHeads: number;
  readonly #sizes: readonly [query: number, key: number, values: number, gates: number];
  readonly #perKey: number;

  constructor(shape: DeltaNetShape) {
    super(shape);
    const { width, keyHeads: K, valueHeads: H, keySize: d, valueSize: e } = shape;
    this.in_proj_qkvz = new Linear(width, 2 * (K * d + H * e));
    this.in_proj_ba = new Linear(width, 2 * H);
    this.#keyHeads = K;
    this.#perKey = H / K;
    this.#sizes = [d, d, (H / K) * e, (H / K) * e];
  }

  protected override project(x: Tensor): Projected {
    const byHead = linearGroup([this.in_proj_qkvz, this.in_proj_ba], x).map((all) =>
      all.reshape(x.shape[0], this.#keyHeads, -1),
    );
    const [q, k, v, z] = byHead[0].split(this.#sizes, 2).map((part) => part.flatten(1));
    const [b, a] = byHead[1].split([this.#perKey, this.#perKey], 2).map((part) => part.flatten(1));
    return { mixed: cat([q, k, v], 1), z, b, a };
  }
}

/** x [N, K, d] with each head scaled to unit length */
function ofLengthOne(x: Tensor): Tensor {
  return x.mul(aten.rsqrt.default(x.pow(2).sum(-1).unsqueeze(-1).add(1e-6)));
}

/** Repeats each key head for the value heads of its group: [N, K, d] → [N, H, d] */
function repeated(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [N, K, d] = x.shape;
  return x
    .unsqueeze(2)
    .expand(N, K, times, d)
    .reshape(N, K * times, d);
}
