// N tokens, out features in groups of g, halves of a group make pairs
import { Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { aten, cat, ones, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { AttuneError } from '../../base/errors.ts';
import { LayerAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import type { RoadOptions } from './road.options.ts';

const shares = { road_1: 1 / 2, road_2: 1, road_4: 2 } as const;

/** Rotates and scales each pair of outputs, including the bias. */
class RoadAdapter extends LayerAdapter<LinearLike> {
  readonly road_theta: Parameter;
  readonly road_alpha: Parameter;
  readonly #options: RoadOptions;

  constructor({ path, layer }: LinearTarget, options: RoadOptions) {
    super(path, layer);
    const shape = [layer.outFeatures * shares[options.variant]];
    this.road_theta = new Parameter(shape);
    this.road_alpha = new Parameter(shape);
    this.#options = options;
    this.attach();
  }

  /** Factors of each output itself and of its partner: [out] each. */
  #factors(): { own: Tensor; other: Tensor } {
    const [theta, alpha] = [this.road_theta.tensor, this.road_alpha.tensor];
    const [cos, sin] = [alpha.mul(aten.cos.default(theta)), alpha.mul(aten.sin.default(theta))];
    const { outFeatures: out } = this.layer;
    if (this.#options.variant === 'road_4') {
      // Each group has the factors of its own outputs first, then those of their partners.
      const part = (x: Tensor, which: number) => x.reshape(-1, 2, this.#options.group_size).select(1, which).flatten();
      return { own: part(cos, 0), other: part(sin, 1) };
    }
    if (this.#options.variant === 'road_2') return { own: cos, other: sin };
    const half = this.#options.group_size / 2;
    const both = (x: Tensor) =>
      x
        .reshape(-1, 1, half)
        .expand(x.size / half, 2, half)
        .reshape(out);
    return { own: both(cos), other: both(sin) };
  }

  /** y […, out] */
  #turn(y: Tensor): Tensor {
    const { own, other } = this.#factors();
    const half = this.#options.group_size / 2;
    const groups = y.reshape(-1, 2, half);
    const turned = cat([groups.narrow(1, 1, 1).neg(), groups.narrow(1, 0, 1)], 1).reshape(...y.shape);
    return y.mul(own.to(y.dtype)).add(turned.mul(other.to(y.dtype)));
  }

  forward(_x: Tensor, output: Tensor): Tensor {
    return this.isActive ? this.#turn(output) : output;
  }

  override merged(weight: Tensor): Tensor {
    return this.#turn(weight.transpose(0, 1).contiguous()).transpose(0, 1);
  }

  override mergedBias(bias: Tensor): Tensor {
    return this.#turn(bias);
  }
}

export const { create, open } = tuneLayers<RoadOptions>({
  peftType: 'ROAD',
  check(targets, { group_size: size }) {
    const unfit = targets.filter(({ layer }) => layer.outFeatures % size !== 0 || size % 2 !== 0);
    if (unfit.length === 0) return;
    throw new AttuneError('E_RECIPE', {
      what: `tuning.group_size: ${size} must be even and divide the outputs of every layer`,
      problems: unfit.map(({ path, layer }) => ({ field: path, message: `has ${layer.outFeatures} outputs` })),
      fix: 'choose an even number that divides them',
    });
  },
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new RoadAdapter(target, options);
      begin(adapter.road_theta, start, () => zeros(adapter.road_theta.shape));
      begin(adapter.road_alpha, start, () => ones(adapter.road_alpha.shape));
      return adapter;
    }),
  config: ({ variant, group_size }) => ({ init_weights: true, variant, group_size }),
});
