// N tokens, in features, r reflections
import { Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { cat, type Tensor } from '../../engine/tensor/index.ts';
import type { HraOptions } from './hra.options.ts';
import { LayerAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import { kaimingUniform } from './lora.ts';
import { writeTargets } from './target-options.ts';

/** W M, where M is the product of reflections (I − 2 u uᵀ) with unit vectors u. */
class HraAdapter extends LayerAdapter<LinearLike> {
  /** [in, r] */
  readonly hra_u: Parameter;
  readonly #options: HraOptions;

  constructor({ path, layer }: LinearTarget, options: HraOptions) {
    super(path, layer);
    this.#options = options;
    this.hra_u = new Parameter([layer.inFeatures, options.r]);
    this.attach();
  }

  /** Unit vectors: [in] each */
  #mirrors(): Tensor[] {
    const mirrors: Tensor[] = [];
    for (let i = 0; i < this.#options.r; i++) {
      let u = this.hra_u.tensor.select(1, i);
      if (this.#options.apply_GS)
        for (const other of mirrors) u = u.sub(other.mul(other.mul(this.hra_u.tensor.select(1, i)).sum()));
      mirrors.push(u.div(u.pow(2).sum().pow(0.5)));
    }
    return mirrors;
  }

  /** In reverse order, as x Mᵀ for x […, in] */
  input(x: Tensor): Tensor {
    return this.isActive ? reflect(x, this.#mirrors().toReversed()) : x;
  }

  forward(_x: Tensor, output: Tensor): Tensor {
    return output;
  }

  override merged(weight: Tensor): Tensor {
    return reflect(weight, this.#mirrors());
  }
}

function reflect(x: Tensor, mirrors: readonly Tensor[]): Tensor {
  return mirrors.reduce((rows, mirror) => {
    const u = mirror.to(rows.dtype);
    return rows.sub(rows.matmul(u).unsqueeze(-1).mul(u).mul(2));
  }, x);
}

/** Pairs of equal reflections cancel out. */
function firstValues({ hra_u: parameter, path }: HraAdapter, seed: number): Tensor {
  const [inner, r] = parameter.shape;
  const half = new Parameter([inner, Math.ceil(r / 2)]);
  const drawn = kaimingUniform(half, { seed, path: `hra_u:${path}` });
  half.dispose();
  const pairs = Array.from({ length: half.shape[1] }, (_, i) => drawn.narrow(1, i, 1)).flatMap((one) => [one, one]);
  return cat(pairs, 1).narrow(1, 0, r).contiguous();
}

export const { create, open } = tuneLayers<HraOptions>({
  peftType: 'HRA',
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new HraAdapter(target, options);
      begin(adapter.hra_u, start, (seed) => firstValues(adapter, seed));
      return adapter;
    }),
  config: (options) => ({
    ...writeTargets(options),
    apply_GS: options.apply_GS,
    init_weights: true,
    r: options.r,
  }),
});
