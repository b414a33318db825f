// N tokens, D width, H heads, d head size, C tokens of a block
import { table } from '../../base/table.ts';
import { activations, deltaRule, Linear, Module, ModuleBuffer, RMSNorm } from '../../engine/nn/index.ts';
import { arange, aten, fromArray, wideType, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart } from './attention-part.ts';
import { headShape, type DecoderConfig } from './config.ts';

/** Epsilon of the norm, whatever the configuration says. */
const EPSILON = 1e-6;

/** Linear attention with a fixed decay rate per head and a recurrent state instead of keys (Qin et al., 2024). */
export class LightningAttention extends Module implements AttentionPart {
  readonly qkv_proj: Linear;
  readonly out_proj: Linear;
  readonly output_gate: Linear;
  readonly norm: RMSNorm;
  /** Decay rate of each head: [H, 1, 1] */
  readonly slope_rate: ModuleBuffer;
  // Block-wise factors derived from the rate; kept because the reference's checkpoints hold them.
  readonly query_decay: ModuleBuffer;
  readonly key_decay: ModuleBuffer;
  readonly diagonal_decay: ModuleBuffer;
  readonly #heads: number;
  readonly #size: number;
  readonly #layer: number;
  readonly #depth: number;
  readonly #activation: string;

  constructor(config: DecoderConfig, { layer, block }: { layer: number; block: number }) {
    super();
    const { heads, size } = headShape(config);
    const width = config.hidden_size;
    this.#heads = heads;
    this.#size = size;
    this.#layer = layer;
    this.#depth = layer / (config.num_hidden_layers - 1 + 1e-5);
    this.#activation = config.hidden_act;
    this.qkv_proj = new Linear(width, 3 * heads * size);
    this.out_proj = new Linear(heads * size, width);
    this.output_gate = new Linear(width, heads * size);
    this.norm = new RMSNorm(heads * size, EPSILON);
    this.slope_rate = new ModuleBuffer([heads, 1, 1]);
    this.query_decay = new ModuleBuffer([heads, block, 1]);
    this.key_decay = new ModuleBuffer([heads, block, 1]);
    this.diagonal_decay = new ModuleBuffer([1, heads, block, block]);
  }

  /** Later heads decay more slowly, and so do deeper layers. */
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    const [heads, block] = this.query_decay.shape;
    const slopes = Array.from(
      { length: heads },
      (_, head) => 2 ** ((-8 * (head + 1)) / heads) * (1 - this.#depth + 1e-5),
    );
    const slope = fromArray(Float32Array.from(slopes), [heads, 1, 1]);
    const place = arange(block).to('f32').add(1).reshape(block, 1); // [C, 1]
    const fading = (distance: Tensor) => aten.exp.default(slope.mul(distance).neg());
    const apart = place.sub(place.reshape(1, block)); // [C, C]
    const values = table({
      slope_rate: () => slope,
      query_decay: () => fading(place),
      key_decay: () => fading(place.neg().add(block)),
      diagonal_decay: () => aten.tril.default(fading(aten.clamp_min.default(apart, 0))).unsqueeze(0),
    });
    return values[name as keyof typeof values]().to(dtype).toDevice(device);
  }

  forward(x: Tensor, { layout, cache }: Pass): Tensor {
    const [N, H, d] = [x.shape[0], this.#heads, this.#size];
    const wide = wideType(x.dtype);
    const all = activations[this.#activation](this.qkv_proj.forward(x))
      .reshape(N, H, 3 * d)
      .to(wide);
    const [q, k, v] = all.split([d, d, d], 2);
    const decay = this.slope_rate.value(wide).reshape(1, H).neg().expand(N, H);
    const [state] = cache?.recall?.(this.#layer, [[H, d, d]]) ?? [];
    const { y, states } = deltaRule({ q, k, v, decay }, layout, state?.to(wide));
    cache?.retain?.(this.#layer, [states]);
    const gate = aten.sigmoid.default(this.output_gate.forward(x));
    return this.out_proj.forward(gate.mul(this.norm.forward(y.to(x.dtype).flatten(1))));
  }
}
