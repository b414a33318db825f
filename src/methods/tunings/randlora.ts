// in and out features, m the smaller and M the larger of both, r rank, n = ⌈m / r⌉ bases
import { greatest } from '../../base/many.ts';
import { ModuleBuffer, Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { aten, cat, fromArray, full, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, drawAgain, tuneLayers, type LinearTarget, type Start } from './layer-method.ts';
import { kaimingUniform } from './lora.ts';
import { uniformNumbers } from './mersenne-twister.ts';
import { ROOT, type AdapterPart } from './peft-adapter.ts';
import type { DrawnBases, RandloraOptions } from './randlora.options.ts';
import { writeTargets } from './target-options.ts';

/** Sizes of a layer, or the maxima of several layers. */
function sizesOf({ inFeatures, outFeatures }: Pick<LinearLike, 'inFeatures' | 'outFeatures'>, r: number) {
  const [small, large] = [Math.min(inFeatures, outFeatures), Math.max(inFeatures, outFeatures)];
  return { small, large, bases: Math.ceil(small / r) };
}

/** Random matrices shared by all layers. PEFT's files repeat them for each layer. */
class SharedBases implements AdapterPart {
  readonly trainables = [];
  /** [r, 1, m] */
  readonly a: ModuleBuffer;
  /** [M, n, r] */
  readonly b: ModuleBuffer;
  readonly #paths: readonly string[];
  readonly #isSaved: boolean;

  constructor(targets: readonly LinearTarget[], { r, drawn }: RandloraOptions, start: Start) {
    const most = (key: 'inFeatures' | 'outFeatures') => greatest(targets.map(({ layer }) => layer[key]));
    // Sized as in PEFT, which may exceed what any layer uses.
    const { small, large, bases } = sizesOf({ inFeatures: most('inFeatures'), outFeatures: most('outFeatures') }, r);
    this.a = new ModuleBuffer([r, 1, small]);
    this.b = new ModuleBuffer([large, bases, r]);
    this.#paths = targets.map(({ path }) => path);
    this.#isSaved = drawn === undefined;
    if (drawn !== undefined) this.#drawAgain(drawn, start);
    else
      for (const [name, matrix] of Object.entries({ randlora_A: this.a, randlora_B: this.b }))
        begin(matrix, start, (seed) => kaimingUniform(matrix, { seed, path: name }));
  }

  /** Draws them as PEFT does, normalised to a standard deviation of 1. */
  #drawAgain({ key, isSparse, isVerySparse }: DrawnBases, start: Start): void {
    const draw = uniformNumbers(key);
    const [rows, bases, columns] = this.b.shape;
    const few = isVerySparse ? Math.sqrt(this.a.shape[2]) : 3;
    const isFew = isSparse || isVerySparse;
    const values = (shape: readonly number[]): Tensor => {
      const numbers = draw(shape.reduce((a, b) => a * b, 1));
      return isFew ? signs(fromArray(numbers, shape), few) : spread(numbers, shape);
    };
    const stacked = () => Array.from({ length: bases }, () => values([rows, 1, columns]));
    drawAgain(this.a, start, () => toOne(values(this.a.shape)));
    drawAgain(this.b, start, () => toOne(isFew ? values(this.b.shape) : cat(stacked(), 1)));
  }

  get fixed() {
    if (!this.#isSaved) return [];
    const places = ['base_model.', ...this.#paths.map((path) => `${ROOT}${path}.`)];
    return places.flatMap((place) => [
      { name: `${place}randlora_A`, parameter: this.a },
      { name: `${place}randlora_B`, parameter: this.b },
    ]);
  }
  switch(): void {}
  merge(): void {}
  unmerge(): void {}
  dispose(): void {
    this.a.dispose();
    this.b.dispose();
  }
}

/** −1, 0 and 1, one in `few` of them nonzero (Achlioptas, 2003). */
function signs(uniform: Tensor, few: number): Tensor {
  const edge = Math.fround(1 / (2 * few));
  const above = aten.gt.Scalar(uniform, Math.fround(1 - 1 / (2 * few))).to('f32');
  return above.sub(aten.lt.Scalar(uniform, edge).to('f32'));
}

/** Uniform within 1/√(columns), in bf16, for which torch draws 8 bits. */
function spread(numbers: Float32Array, shape: readonly number[]): Tensor {
  const bits = numbers.map((number) => ((number * 2 ** 24) % 2 ** 8) / 2 ** 8);
  const bound = full([1], 1 / Math.sqrt(shape[2]), { dtype: 'bf16' });
  return fromArray(bits, shape).mul(bound.to('f32').mul(2)).sub(bound.to('f32')).to('bf16');
}

/** Divides values by their standard deviation, in their own type. */
function toOne(x: Tensor): Tensor {
  const values = x.to('f32');
  const squares = values.sub(values.mean()).pow(2).sum();
  const deviation = squares.div(x.size - 1).pow(0.5);
  return x.div(deviation.to(x.dtype)).to('f32');
}

class RandloraAdapter extends DeltaAdapter {
  /** [r, n] */
  readonly randlora_lambda: Parameter;
  /** [n, m] */
  readonly randlora_gamma: Parameter;
  readonly #linear: LinearLike;
  readonly #shared: SharedBases;
  readonly #options: RandloraOptions;

  constructor({ path, layer }: LinearTarget, options: RandloraOptions, shared: SharedBases) {
    super(path, layer);
    const { small, bases } = sizesOf(layer, options.r);
    this.randlora_lambda = new Parameter([options.r, bases]);
    this.randlora_gamma = new Parameter([bases, small]);
    this.#linear = layer;
    this.#shared = shared;
    this.#options = options;
    this.attach();
  }

  delta(): Tensor {
    const { r, alpha } = this.#options;
    const { small, large, bases } = sizesOf(this.#linear, r);
    const scales = this.randlora_lambda.tensor.unsqueeze(2).mul(this.randlora_gamma.tensor); // [r, n, m]
    // As in PEFT, these two iterate over ranks and bases in different orders.
    const a = this.#shared.a.tensor
      .narrow(2, 0, small)
      .mul(scales)
      .reshape(r * bases, small);
    const b = this.#shared.b.tensor
      .narrow(0, 0, large)
      .narrow(1, 0, bases)
      .reshape(large, bases * r);
    const product = b.matmul(a).mul(alpha / r); // [M, m]
    return this.#linear.inFeatures === small ? product : product.transpose(0, 1);
  }
}

export const { create, open } = tuneLayers<RandloraOptions>({
  peftType: 'RANDLORA',
  parts(targets, options, start) {
    const shared = new SharedBases(targets, options, start);
    const adapters = targets.map((target) => {
      const adapter = new RandloraAdapter(target, options, shared);
      const { randlora_lambda: lambda, randlora_gamma: gamma } = adapter;
      begin(lambda, start, () => zeros(lambda.shape));
      begin(gamma, start, () => full(gamma.shape, 1 / greatest(gamma.shape)));
      return adapter;
    });
    return [shared, ...adapters];
  },
  config: (options) => ({
    ...writeTargets(options),
    exclude_modules: undefined,
    init_weights: true,
    projection_prng_key: options.drawn?.key ?? 0,
    r: options.r,
    randlora_alpha: options.alpha,
    randlora_dropout: 0,
    save_projection: options.drawn === undefined,
    sparse: options.drawn?.isSparse ?? false,
    very_sparse: options.drawn?.isVerySparse ?? false,
  }),
});
