// N tokens, in and out features, r rows of the shared matrices
import { greatest } from '../../base/many.ts';
import { Parameter, ModuleBuffer, type LinearLike } from '../../engine/nn/index.ts';
import { fromArray, full, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { FactorAdapter } from './factor-adapter.ts';
import { begin, drawAgain, tuneLayers, type LinearTarget, type Start } from './layer-method.ts';
import { uniformNumbers } from './mersenne-twister.ts';
import type { AdapterPart } from './peft-adapter.ts';
import { writeTargets } from './target-options.ts';
import type { VeraOptions } from './vera.options.ts';

/** Random matrices, of which each layer uses the first columns or rows. */
class SharedMatrices implements AdapterPart {
  readonly trainables = [];
  /** [r, in of the widest] */
  readonly a: ModuleBuffer;
  /** [out of the widest, r] */
  readonly b: ModuleBuffer;
  readonly #isSaved: boolean;

  constructor(targets: readonly LinearTarget[], { r, projection_prng_key: key }: VeraOptions, start: Start) {
    const largest = (of: (layer: LinearLike) => number) => greatest(targets.map(({ layer }) => of(layer)));
    this.a = new ModuleBuffer([r, largest((layer) => layer.inFeatures)]);
    this.b = new ModuleBuffer([largest((layer) => layer.outFeatures), r]);
    this.#isSaved = key === undefined;
    // PEFT up to 0.18 always redraws them, even if the file has them; the result is the same everywhere.
    const draw = uniformNumbers(key ?? 0);
    for (const matrix of [this.a, this.b]) {
      const values = () => spread(draw, matrix.shape);
      if (this.#isSaved) begin(matrix, start, values);
      else drawAgain(matrix, start, values);
    }
  }

  get fixed() {
    if (!this.#isSaved) return [];
    return [
      { name: 'base_model.vera_A', parameter: this.a },
      { name: 'base_model.vera_B', parameter: this.b },
    ];
  }
  switch(): void {}
  merge(): void {}
  unmerge(): void {}
  dispose(): void {
    this.a.dispose();
    this.b.dispose();
  }
}

/** Drawn as in PEFT: uniform within √(6 / columns). */
function spread(draw: (count: number) => Float32Array, [rows, columns]: readonly number[]): Tensor {
  const bound = Math.fround(Math.sqrt(6 / columns));
  return fromArray(draw(rows * columns), [rows, columns])
    .mul(2 * bound)
    .sub(bound);
}

/** y += b · (B (d · (A x))) */
class VeraAdapter extends FactorAdapter {
  /** [r] */
  readonly vera_lambda_d: Parameter;
  /** [out] */
  readonly vera_lambda_b: Parameter;
  readonly #shared: SharedMatrices;

  constructor({ path, layer }: LinearTarget, r: number, shared: SharedMatrices) {
    super(path, layer);
    this.vera_lambda_d = new Parameter([r]);
    this.vera_lambda_b = new Parameter([layer.outFeatures]);
    this.#shared = shared;
    this.attach();
  }

  /** [r, in] and [out, r] */
  protected factors(): [Tensor, Tensor] {
    const { inFeatures, outFeatures } = this.layer;
    const a = this.#shared.a.tensor.narrow(1, 0, inFeatures).mul(this.vera_lambda_d.tensor.unsqueeze(1));
    const b = this.#shared.b.tensor.narrow(0, 0, outFeatures).mul(this.vera_lambda_b.tensor.unsqueeze(1));
    return [a, b];
  }
}

export const { create, open } = tuneLayers<VeraOptions>({
  peftType: 'VERA',
  parts(targets, options, start) {
    const { r, d_initial } = options;
    const shared = new SharedMatrices(targets, options, start);
    const adapters = targets.map((target) => {
      const adapter = new VeraAdapter(target, r, shared);
      begin(adapter.vera_lambda_d, start, () => full([r], d_initial, { dtype: 'f32' }));
      begin(adapter.vera_lambda_b, start, () => zeros([target.layer.outFeatures]));
      return adapter;
    });
    return [shared, ...adapters];
  },
  config: (options) => ({
    ...writeTargets(options),
    exclude_modules: undefined,
    r: options.r,
    d_initial: options.d_initial,
    init_weights: true,
    projection_prng_key: options.projection_prng_key ?? 0,
    save_projection: options.projection_prng_key === undefined,
    vera_dropout: 0,
  }),
});
