import { aten, attune, ones, zeros, wideType, type DType, type Tensor } from '../tensor/index.ts';
import { Module, Parameter } from './module.ts';
import { notesRows, tapScale } from './row-taps.ts';

/** RMSNorm over the last dimension without weights. */
export function plainRmsNorm(x: Tensor, epsilon: number): Tensor {
  return attune.rms_norm.default(x, ones([x.shape.at(-1)!], { device: x.device }), epsilon);
}

/** RMSNorm over the last dimension, computed in f32 (Zhang and Sennrich, 2019; HF LlamaRMSNorm). */
export class RMSNorm extends Module {
  readonly weight: Parameter;
  readonly #epsilon: number;

  constructor(width: number, epsilon: number) {
    super();
    this.weight = new Parameter([width]);
    this.#epsilon = epsilon;
  }

  get epsilon(): number {
    return this.#epsilon;
  }

  /** Factor of the normalised values: [D] */
  scale(): Tensor {
    return this.weight.tensor;
  }

  forward(x: Tensor): Tensor {
    if (!notesRows() || !this.weight.trainable) return attune.rms_norm.default(x, this.scale(), this.#epsilon);
    const plain = plainRmsNorm(x, this.#epsilon);
    return tapScale(plain.mul(this.scale().detach().to(x.dtype)), plain, { weight: this.weight });
  }
}

/** RMSNorm with weights around 0: x · (1 + w), computed in at least f32 (HF GemmaRMSNorm). */
export class OffsetRMSNorm extends RMSNorm {
  override scale(): Tensor {
    const { tensor } = this.weight;
    return tensor.to(wideType(tensor.dtype)).add(1);
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'weight' ? zeros(this.weight.shape, { dtype, device }) : undefined;
  }
}

/** LayerNorm over the last dimension, with scale and, by default, shift. */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly #epsilon: number;

  constructor(width: number, epsilon: number, options: { bias?: boolean } = {}) {
    super();
    this.weight = new Parameter([width]);
    if (options.bias !== false) this.bias = new Parameter([width]);
    this.#epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    const [width] = this.weight.shape;
    const [weight, bias] = [this.weight.value(x.dtype), this.bias?.value(x.dtype)];
    const isNoted = notesRows() && (this.weight.trainable || this.bias?.trainable === true);
    if (!isNoted) return aten.layer_norm.default(x, [width], { weight, bias, eps: this.#epsilon });
    const plain = aten.layer_norm.default(x, [width], { eps: this.#epsilon });
    const scaled = plain.mul(weight.detach());
    return tapScale(bias === undefined ? scaled : scaled.add(bias.detach()), plain, this);
  }
}

/** Normalises each channel over time, with scale and shift: torch's GroupNorm with as many groups as channels. */
export class ChannelNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  readonly #isOfAll: boolean;

  /** `isOfAll`: mean and variance over all channels together. */
  constructor(channels: number, { isOfAll = false } = {}) {
    super();
    this.weight = new Parameter([channels]);
    this.bias = new Parameter([channels]);
    this.#isOfAll = isOfAll;
  }

  override fixedValue(name: string, options: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'weight' ? ones(this.weight.shape, options) : undefined;
  }

  /** x [B, C, T] → the same */
  forward(x: Tensor): Tensor {
    const [weight, bias] = [this.weight, this.bias].map((one) => one.value(x.dtype).unsqueeze(1)); // [C, 1]
    const normed = x.shape.slice(this.#isOfAll ? 1 : 2);
    return aten.layer_norm
      .default(x, [...normed])
      .mul(weight)
      .add(bias);
  }
}
