// N tokens, in and out features, r rank; of convolutions C input and O output channels, k kernel size
import { AttuneError } from '../../base/errors.ts';
import { aten, cat, noGrad, scope, type DType, type Tensor } from '../../engine/tensor/index.ts';
import {
  Dropout,
  isLinear,
  notesRows,
  Parameter,
  tappedLinear,
  tapScale,
  type ConvolutionBase,
  type LinearLike,
  type LowRank,
  type Term,
} from '../../engine/nn/index.ts';
import { LayerAdapter, type TargetLayer } from './layer-adapter.ts';
import { ROOT } from './peft-adapter.ts';

export interface AdapterShape {
  /** Path of the adapted layer. */
  path: string;
  rank: number;
  /** alpha / r, or alpha / √r. */
  scaling: number;
  dropout: number;
  /** Trains a bias on B, scaled like the product. */
  hasBias?: boolean;
  /** Trains the norms of the changed weight's rows (DoRA). */
  hasMagnitude?: boolean;
}

/** A low-rank change of one layer of any kind (Hu et al., 2021); names and shapes are PEFT's. */
export abstract class LowRankAdapter<Layer extends TargetLayer = TargetLayer> extends LayerAdapter<Layer> {
  readonly rank: number;
  readonly scaling: number;
  abstract readonly lora_A: Parameter;
  abstract readonly lora_B: Parameter;

  constructor(layer: Layer, { path, rank, scaling }: AdapterShape) {
    super(path, layer);
    this.rank = rank;
    this.scaling = scaling;
  }

  protected override fileName(key: string): string {
    return FILE_NAMES.get(key) ?? `${key}.weight`;
  }

  /** scaling · B A in the shape of the weight, f32. */
  delta(): Tensor {
    const [a, b] = [this.lora_A, this.lora_B].map(({ tensor }) => tensor.detach().flatten(1));
    return b.matmul(a).mul(this.scaling);
  }

  override merged(weight: Tensor): Tensor {
    return weight.add(this.delta().reshape(...weight.shape));
  }
}

const FILE_NAMES: ReadonlyMap<string, string> = new Map([
  ['lora_B_bias', 'lora_B.bias'],
  ['lora_magnitude_vector', 'lora_magnitude_vector'],
]);

/** y = Wx + scaling · B A x */
export class LoraAdapter extends LowRankAdapter<LinearLike> {
  /** [r, in] */
  readonly lora_A: Parameter;
  /** [out, r] */
  readonly lora_B: Parameter;
  /** [out] */
  readonly lora_B_bias?: Parameter;
  /** [out] */
  readonly lora_magnitude_vector?: Parameter;
  readonly #dropout: Dropout;
  /** Initial A and B, if they were taken from the weight and are subtracted from it. */
  #initial: { a: Tensor; b: Tensor } | undefined;

  constructor(layer: LinearLike, shape: AdapterShape) {
    super(layer, shape);
    this.lora_A = new Parameter([shape.rank, layer.inFeatures]);
    this.lora_B = new Parameter([layer.outFeatures, shape.rank]);
    if (shape.hasBias === true) this.lora_B_bias = new Parameter([layer.outFeatures]);
    if (shape.hasMagnitude === true) this.lora_magnitude_vector = new Parameter([layer.outFeatures]);
    this.#dropout = new Dropout(shape.dropout, `lora:${shape.path}`);
    this.attach();
  }

  /** Initialises A and B with a part of the weight and subtracts it, so that the output does not change. */
  beginWith({ a, b }: { a: Tensor; b: Tensor }): void {
    this.lora_A.assign(a.clone());
    this.lora_B.assign(b.clone());
    this.takeOut({ a, b });
  }

  /** Subtracts this part from the weight; A and B are added to what remains. */
  takeOut({ a, b }: { a: Tensor; b: Tensor }): void {
    this.#initial = { a: a.own(), b: b.own() };
  }

  /** The equivalent change of the original weight, with twice the rank. */
  saved(): Map<string, Tensor> {
    const [a, b] = [this.lora_A, this.lora_B].map(({ tensor }) => tensor.detach());
    const own = new Map([...this.trainables, ...this.fixed].map(({ name, parameter }) => [name, parameter.tensor]));
    if (this.#initial === undefined) return own;
    const name = (key: string) => `${ROOT}${this.path}.${this.fileName(key)}`;
    own.set(name('lora_A'), cat([a, this.#initial.a]).contiguous());
    return own.set(name('lora_B'), cat([b, this.#initial.b.neg()], 1).contiguous());
  }

  override delta(): Tensor {
    if (this.#initial === undefined) return super.delta();
    return super.delta().sub(this.#initial.b.matmul(this.#initial.a).mul(this.scaling));
  }

  override dispose(): void {
    super.dispose();
    this.#initial?.a.dispose();
    this.#initial?.b.dispose();
  }

  /** Terms of the part subtracted from the base weight: [N, r] and its B. */
  #taken(x: Tensor): Term[] {
    if (this.#initial === undefined) return [];
    const { a, b } = this.#initial;
    return [{ hidden: aten.linear.default(x, a.to(x.dtype)).mul(-this.scaling), weight: b }];
  }

  /** A x, scaled: [N, r]. Scaling the narrow side is cheapest. */
  #inner(x: Tensor): Tensor {
    const narrow = tappedLinear(this.#dropout.forward(x), this.lora_A);
    return this.scaling === 1 ? narrow : narrow.mul(this.scaling);
  }

  forward(x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const inner = this.#inner(x);
    if (this.#isPlain && !notesRows()) return addProduct(output, inner, this.lora_B.value(x.dtype));
    let added = tappedLinear(inner, this.lora_B);
    for (const { hidden, weight: taken } of this.#taken(x))
      added = added.add(aten.linear.default(hidden, taken.to(x.dtype)));
    if (this.lora_B_bias !== undefined) added = added.add(this.lora_B_bias.value(x.dtype).mul(this.scaling));
    if (this.lora_magnitude_vector === undefined) return output.add(added);
    const bias = this.layer.bias?.value(x.dtype);
    if (bias === undefined) return this.#stretched(output.add(added), this.lora_magnitude_vector);
    return this.#stretched(output.sub(bias).add(added), this.lora_magnitude_vector).add(bias);
  }

  /** Scales the rows of W + scaling · B A to their trained norms. */
  #stretched(y: Tensor, magnitude: Parameter): Tensor {
    const lengths = this.#lengths();
    const stretched = (by: Tensor) => y.mul(by.div(lengths).to(y.dtype));
    if (!notesRows()) return stretched(magnitude.tensor);
    return tapScale(stretched(magnitude.tensor.detach()), y.div(lengths), { weight: magnitude });
  }

  get #isPlain(): boolean {
    return this.#initial === undefined && this.#isProduct;
  }

  /** Whether the change is just a product with the layer's input. */
  get #isProduct(): boolean {
    return this.lora_B_bias === undefined && this.lora_magnitude_vector === undefined;
  }

  /** Row norms of W + scaling · B A, without gradients (Liu et al., "DoRA", 2024): [out] */
  #lengths(): Tensor {
    return noGrad(() => scope(() => rowLengths(this.#asRows(this.layer.weight.tensor).add(this.delta()))));
  }

  /** f32 [out, in] */
  #asRows(weight: Tensor): Tensor {
    const rows = weight.detach().to('f32');
    return this.layer.isTransposed ? rows.transpose(0, 1) : rows;
  }

  /** The layer's own weight: f32 [out, in] */
  weightRows(): Tensor {
    return this.#asRows(this.layer.weight.value('f32'));
  }

  /** Norms of the weight's rows: [out] */
  ownLengths(): Tensor {
    return rowLengths(this.weightRows());
  }

  override merged(weight: Tensor): Tensor {
    if (this.lora_B_bias !== undefined && this.layer.bias === undefined) throw noBias(this.path);
    const changed = super.merged(weight);
    const { lora_magnitude_vector: magnitude } = this;
    return magnitude === undefined ? changed : changed.mul(magnitude.tensor.div(rowLengths(changed)).unsqueeze(1));
  }

  override mergedBias(bias: Tensor): Tensor {
    return this.lora_B_bias === undefined ? bias : bias.add(this.lora_B_bias.tensor.mul(this.scaling));
  }

  terms(x: Tensor): Term[] {
    if (!this.isActive) return [];
    if (!this.#isProduct) throw new Error('an output head supports plain LoRA only');
    const { lora_B: b } = this;
    return [{ hidden: this.#inner(x), weight: b.tensor, parameter: b }, ...this.#taken(x)];
  }

  /** Stores B transposed in memory, since passes add up its columns. */
  settle(dtype: DType): void {
    const { lora_A: a, lora_B: b } = this;
    a.assign(a.tensor.to(dtype));
    b.assign(b.tensor.to(dtype).transpose(0, 1).contiguous().transpose(0, 1));
  }

  lowRank(): LowRank | undefined {
    if (!this.isActive || !this.#isPlain || this.#dropout.isActive) return undefined;
    return { a: this.lora_A.tensor, b: this.lora_B.tensor, scale: this.scaling };
  }
}

function addProduct(output: Tensor, inner: Tensor, weight: Tensor): Tensor {
  // bf16 adds the product in place; f32 uses two operations, to whose rounding parity is pinned.
  if (inner.dtype === 'bf16' && output.shape.length === 2)
    return aten.addmm_.default(output, inner, weight.transpose(0, 1));
  return output.add(aten.linear.default(inner, weight));
}

function rowLengths(weight: Tensor): Tensor {
  return aten.linalg_vector_norm.default(weight, { dim: [1] });
}

function noBias(path: string): AttuneError {
  return new AttuneError('E_NOT_MERGEABLE', {
    what: `The adapter has a bias for ${path}, but the layer has no bias to merge it into`,
    fix: 'use the base model and the adapter together, or train with tuning.lora_bias: false',
  });
}

/** LoRA on a convolution: one to r channels with the layer's kernel, then one with kernel size 1, as in PEFT. */
export class LoraConvolution extends LowRankAdapter<ConvolutionBase> {
  /** [r, C, k, …] */
  readonly lora_A: Parameter;
  /** [O, r, 1, …] */
  readonly lora_B: Parameter;
  /** [O] */
  readonly lora_B_bias?: Parameter;
  /** [1, O, 1, …] */
  readonly lora_magnitude_vector?: Parameter;

  constructor(layer: ConvolutionBase, shape: AdapterShape) {
    super(layer, shape);
    const [out, channels, ...kernel] = layer.weight.shape;
    this.lora_A = new Parameter([shape.rank, channels, ...kernel]);
    this.lora_B = new Parameter([out, shape.rank, ...kernel.map(() => 1)]);
    if (shape.hasBias === true) this.lora_B_bias = new Parameter([out]);
    if (shape.hasMagnitude === true) this.lora_magnitude_vector = new Parameter([1, out, ...kernel.map(() => 1)]);
    this.attach();
  }

  forward(x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const inner = this.layer.convolve(x, this.lora_A.value(x.dtype)); // [B, r, …]
    let added = this.layer.mix(inner, this.lora_B.value(x.dtype)).mul(this.scaling);
    const places = output.shape.slice(2).map(() => 1);
    const ofChannels = (values: Tensor) => values.to(x.dtype).reshape(1, -1, ...places);
    if (this.lora_B_bias !== undefined) added = added.add(ofChannels(this.lora_B_bias.tensor.mul(this.scaling)));
    if (this.lora_magnitude_vector === undefined) return output.add(added);
    const stretch = ofChannels(this.#stretch(this.lora_magnitude_vector));
    const bias = this.layer.bias && ofChannels(this.layer.bias.tensor);
    if (bias === undefined) return output.add(added).mul(stretch);
    return output.sub(bias).add(added).mul(stretch).add(bias);
  }

  /** Row norms as for linear layers: [O] */
  #stretch(magnitude: Parameter): Tensor {
    const weight = this.layer.weight.tensor.detach().to('f32');
    const lengths = noGrad(() => scope(() => rowLengths(super.merged(weight).flatten(1))));
    return magnitude.tensor.flatten().div(lengths);
  }

  /** [1, O, 1, …] */
  ownLengths(): Tensor {
    const { tensor } = this.layer.weight;
    return rowLengths(tensor.to('f32').flatten(1)).reshape(1, -1, ...tensor.shape.slice(2).map(() => 1));
  }

  override merged(weight: Tensor): Tensor {
    if (this.lora_B_bias !== undefined && this.layer.bias === undefined) throw noBias(this.path);
    const changed = super.merged(weight);
    const { lora_magnitude_vector: magnitude } = this;
    if (magnitude === undefined) return changed;
    const stretch = magnitude.tensor.flatten().div(rowLengths(changed.flatten(1)));
    return changed.mul(stretch.reshape(-1, ...weight.shape.slice(1).map(() => 1)));
  }

  override mergedBias(bias: Tensor): Tensor {
    return this.lora_B_bias === undefined ? bias : bias.add(this.lora_B_bias.tensor.mul(this.scaling));
  }
}

export function loraOn(layer: TargetLayer, shape: AdapterShape): LoraAdapter | LoraConvolution {
  return isLinear(layer) ? new LoraAdapter(layer, shape) : new LoraConvolution(layer, shape);
}
