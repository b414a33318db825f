// in and out features, r rank
import { greatest } from '../../base/many.ts';
import { Parameter, type LinearLike } from '../../nn/index.ts';
import { aten, zeros, type Tensor } from '../../tensor/index.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import type { LokrOptions } from './lokr.options.ts';
import { kaimingUniform } from './lora.ts';
import { writeTargets } from './target-options.ts';

/** W + scale · w1 ⊗ w2, either of them whole or of low rank. */
class LokrAdapter extends DeltaAdapter {
  readonly lokr_w1?: Parameter;
  readonly lokr_w1_a?: Parameter;
  readonly lokr_w1_b?: Parameter;
  readonly lokr_w2?: Parameter;
  readonly lokr_w2_a?: Parameter;
  readonly lokr_w2_b?: Parameter;
  readonly #scale: number;

  constructor({ path, layer }: LinearTarget, options: LokrOptions) {
    super(path, layer);
    const { r, decompose_both: both, decompose_factor: factor } = options;
    this.#scale = options.alpha / r;
    const [[outSmall, outLarge], [inSmall, inLarge]] = sizesOf(layer, factor);
    const isSmall = (...sides: number[]) => r < greatest(sides) / 2;
    if (both && isSmall(outSmall, inSmall)) {
      this.lokr_w1_a = new Parameter([outSmall, r]);
      this.lokr_w1_b = new Parameter([r, inSmall]);
    } else this.lokr_w1 = new Parameter([outSmall, inSmall]);
    if (isSmall(outLarge, inLarge)) {
      this.lokr_w2_a = new Parameter([outLarge, r]);
      this.lokr_w2_b = new Parameter([r, inLarge]);
    } else this.lokr_w2 = new Parameter([outLarge, inLarge]);
    this.attach();
  }

  delta(): Tensor {
    const w1 = this.lokr_w1?.tensor ?? this.lokr_w1_a!.tensor.matmul(this.lokr_w1_b!.tensor);
    const w2 = this.lokr_w2?.tensor ?? this.lokr_w2_a!.tensor.matmul(this.lokr_w2_b!.tensor);
    return aten.kron.default(w1, w2.mul(this.#scale));
  }
}

/** How each side is divided among the factors: the smaller one first. */
function sizesOf({ outFeatures, inFeatures }: LinearLike, factor: number): [number, number][] {
  return [outFeatures, inFeatures].map((size) => divided(size, factor));
}

/** Two factors of a size: one of them given, or as alike as they can be up to it. */
function divided(size: number, factor: number): [number, number] {
  if (factor > 0 && size % factor === 0) return [factor, size / factor];
  const limit = factor === -1 ? size : factor;
  let [small, large] = [1, size];
  for (let next = 2; next <= Math.min(limit, large); next++) {
    if (size % next !== 0) continue;
    if (next + size / next > small + large) break;
    [small, large] = [next, size / next];
  }
  return [Math.min(small, large), Math.max(small, large)];
}

export const { create, open } = tuneLayers<LokrOptions>({
  peftType: 'LOKR',
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new LokrAdapter(target, options);
      for (const [name, parameter] of adapter.ownParameters()) {
        // A zero factor in front: the product begins as nothing.
        const isZero = name === 'lokr_w1' || name === 'lokr_w1_a';
        begin(parameter, start, (seed) =>
          isZero ? zeros(parameter.shape) : kaimingUniform(parameter, { seed, path: `${name}:${target.path}` }),
        );
      }
      return adapter;
    }),
  config: (options) => ({
    ...writeTargets(options),
    bias: undefined,
    r: options.r,
    alpha: options.alpha,
    alpha_pattern: {},
    decompose_both: options.decompose_both,
    decompose_factor: options.decompose_factor,
    init_weights: true,
    module_dropout: 0,
    rank_dropout: 0,
    rank_dropout_scale: false,
    rank_pattern: {},
    use_effective_conv2d: false,
  }),
});
