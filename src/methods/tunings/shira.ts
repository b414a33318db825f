// in and out features, n trained weights of a layer
import { randomUint32 } from '../../base/random.ts';
import { ModuleBuffer, Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { aten } from '../../engine/tensor/index.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import type { ShiraOptions } from './shira.options.ts';
import { writeTargets } from './target-options.ts';

/** W plus trained values at some positions. */
class SparseAdapter extends DeltaAdapter {
  /** [n] */
  readonly shira_weight: Parameter;
  /** Row and column of each value: i32 [2, n] */
  readonly shira_indices: ModuleBuffer;
  readonly #layer: LinearLike;

  constructor({ path, layer }: LinearTarget, r: number) {
    super(path, layer);
    this.#layer = layer;
    const count = Math.min(r * (layer.inFeatures + layer.outFeatures), layer.inFeatures * layer.outFeatures);
    this.shira_weight = new Parameter([count]);
    this.shira_indices = new ModuleBuffer([2, count], 'i32');
    this.attach();
  }

  delta(): Tensor {
    const { outFeatures, inFeatures } = this.#layer;
    const [rows, columns] = [0, 1].map((side) => this.shira_indices.tensor.select(0, side).to('i64'));
    const { tensor: weight } = this.shira_weight;
    const flat = zeros([outFeatures * inFeatures], { device: weight.device });
    return aten.index_copy.default(flat, 0, rows.mul(inFeatures).add(columns), weight).reshape(outFeatures, inFeatures);
  }

  /** Distinct random positions, drawn by Floyd's method. */
  draw(seed: number): Tensor {
    const { inFeatures } = this.#layer;
    const size = this.#layer.outFeatures * inFeatures;
    const [count] = this.shira_weight.shape;
    const chosen = new Set<number>();
    for (let last = size - count; last < size; last++) {
      const drawn = randomUint32([seed, `shira:${this.path}`], last) % (last + 1);
      chosen.add(chosen.has(drawn) ? last : drawn);
    }
    const places = [...chosen].toSorted((a, b) => a - b);
    const rows = places.map((place) => Math.floor(place / inFeatures));
    return fromArray(Int32Array.from([...rows, ...places.map((place) => place % inFeatures)]), [2, count]);
  }
}

export const { create, open } = tuneLayers<ShiraOptions>({
  peftType: 'SHIRA',
  parts: (targets, { r }, start) =>
    targets.map((target) => {
      const adapter = new SparseAdapter(target, r);
      begin(adapter.shira_indices, start, (seed) => adapter.draw(seed));
      begin(adapter.shira_weight, start, () => zeros(adapter.shira_weight.shape));
      return adapter;
    }),
  config: (options) => ({
    ...writeTargets(options),
    bias: undefined,
    exclude_modules: undefined,
    layers_pattern: undefined,
    layers_to_transform: undefined,
    init_weights: true,
    mask_type: 'random',
    r: options.r,
    random_seed: null,
  }),
});
