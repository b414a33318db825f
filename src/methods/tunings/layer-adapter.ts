// in and out features of a layer; for convolutions O and C channels and a kernel k × k
import {
  Embedding,
  isLinear,
  Module,
  ModuleBuffer,
  type Parameter,
  type ConvolutionBase,
  type LinearLike,
  type Stored,
  type Term,
} from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { MergeOptions, Trainable } from '../interfaces.ts';
import { ROOT, type AdapterPart, type NamedParameter } from './peft-adapter.ts';

/** Layers whose output is a product with their weight. */
export type TargetLayer = LinearLike | ConvolutionBase;
/** Layers that can have adapters. */
export type AdaptableLayer = TargetLayer | Embedding;

/** A change of one layer. Its parameters are trained and named as in PEFT's files, below the layer's path. */
export abstract class LayerAdapter<Layer extends AdaptableLayer = AdaptableLayer>
  extends Module
  implements AdapterPart
{
  readonly path: string;
  readonly layer: Layer;
  isActive = true;
  #before: [Parameter, Stored][] = [];
  readonly #frozen = new Set<Parameter>();

  constructor(path: string, layer: Layer) {
    super();
    this.path = path;
    this.layer = layer;
  }

  /** The layer's new output, from its input `[…, in]` and its output so far `[…, out]`; feature maps for convolutions. */
  abstract forward(x: Tensor, output: Tensor): Tensor;
  /** The changed weight, from the layer's: f32 [out, in] or [O, C, k, k] */
  abstract merged(weight: Tensor): Tensor;
  /** The changed bias: f32 [out] */
  mergedBias?(bias: Tensor): Tensor;

  /** A parameter's name in files, below the layer's path. */
  protected fileName(key: string): string {
    return key;
  }

  /** Freezes a parameter at its initial value. */
  freeze(parameter: Parameter): void {
    parameter.setTrainable(false);
    this.#frozen.add(parameter);
  }

  #isFixed(parameter: Parameter): boolean {
    return parameter instanceof ModuleBuffer || this.#frozen.has(parameter);
  }

  get trainables(): Trainable[] {
    return this.#named((parameter) => !this.#isFixed(parameter)).map((named) => ({ ...named, decays: true }));
  }

  get fixed(): NamedParameter[] {
    return this.#named((parameter) => this.#isFixed(parameter));
  }

  #named(isMeant: (parameter: Parameter) => boolean): NamedParameter[] {
    return [...this.ownParameters()]
      .filter(([, parameter]) => isMeant(parameter))
      .map(([key, parameter]) => ({ name: `${ROOT}${this.path}.${this.fileName(key)}`, parameter }));
  }

  attach(): void {
    this.layer.addAdapter(this);
  }

  switch(isActive: boolean): void {
    this.isActive = isActive;
  }

  merge({ isFinal = false }: MergeOptions): void {
    const { weight } = this.layer;
    const bias = this.layer instanceof Embedding ? undefined : this.layer.bias;
    const isTransposed = isLinear(this.layer) && this.layer.isTransposed;
    const asRows = (x: Tensor): Tensor => (isTransposed ? x.transpose(0, 1) : x);
    this.#replace(weight, (stored) => asRows(this.merged(asRows(stored))).contiguous(), isFinal);
    if (bias !== undefined && this.mergedBias !== undefined)
      this.#replace(bias, (stored) => this.mergedBias!(stored), isFinal);
    this.layer.removeAdapter(this);
  }

  #replace(parameter: Parameter, change: (weight: Tensor) => Tensor, isFinal: boolean): void {
    const { tensor } = parameter;
    const changed = change(tensor.detach().to('f32')).to(tensor.dtype);
    if (isFinal) parameter.assign(changed);
    else this.#before.push([parameter, parameter.exchange(changed.own())]);
  }

  unmerge(): void {
    for (const [parameter, stored] of this.#before.splice(0)) parameter.exchange(stored).dispose();
    this.attach();
  }

  /** The layer belongs to the model and is kept. */
  override dispose(): void {
    for (const [, parameter] of this.ownParameters()) parameter.tensor.dispose();
    for (const [, stored] of this.#before.splice(0)) stored.dispose();
  }
}

/** A change that is added to the layer's weight. */
export abstract class DeltaAdapter extends LayerAdapter<TargetLayer> {
  /** Change of the weight: f32 [out, in] or [O, C, k, k], differentiable. */
  abstract delta(): Tensor;

  forward(x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const delta = this.delta().to(x.dtype);
    return output.add(isLinear(this.layer) ? aten.linear.default(x, delta) : this.layer.convolve(x, delta));
  }

  /** For linear layers: the change as an additional product. */
  terms(x: Tensor): Term[] {
    return this.isActive ? [{ hidden: x, weight: this.delta().to(x.dtype) }] : [];
  }

  override merged(weight: Tensor): Tensor {
    return weight.add(this.delta());
  }
}
