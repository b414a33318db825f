// in and out features, r rank; of convolutions C input and O output channels, k × k kernel
import { greatest } from '../../base/many.ts';
import { Parameter } from '../../engine/nn/index.ts';
import { aten, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, tuneLayers } from './layer-method.ts';
import { throughKernel, weightShape } from './loha.ts';
import type { LokrOptions } from './lokr.options.ts';
import { kaimingUniform } from './lora.ts';
import { writeTargets } from './target-options.ts';
import { isProduct, rankAndAlpha, type Target } from './targets.ts';

/** W + scale · w1 ⊗ w2, each either full or low-rank; for convolutions, w2 has the kernel. */
class LokrAdapter extends DeltaAdapter {
  readonly lokr_w1?: Parameter;
  readonly lokr_w1_a?: Parameter;
  readonly lokr_w1_b?: Parameter;
  /** [out, in] of the larger factor; [O, C, k, …] */
  readonly lokr_w2?: Parameter;
  readonly lokr_w2_a?: Parameter;
  readonly lokr_w2_b?: Parameter;
  /** [r, r, k, k]; [r, r, k, 1] over time */
  readonly lokr_t2?: Parameter;
  readonly #shape: readonly number[];
  readonly #scale: number;

  constructor({ path, layer }: Target, options: LokrOptions) {
    super(path, layer);
    const { decompose_both: both, decompose_factor: factor } = options;
    const { rank: r, alpha } = rankAndAlpha(options, path);
    this.#scale = alpha / r;
    this.#shape = weightShape(layer);
    const [out, inner, ...kernel] = this.#shape;
    const [[outSmall, outLarge], [inSmall, inLarge]] = [divided(out, factor), divided(inner, factor)];
    const isSmall = (...sides: number[]) => r < greatest(sides) / 2;
    if (both && isSmall(outSmall, inSmall)) {
      this.lokr_w1_a = new Parameter([outSmall, r]);
      this.lokr_w1_b = new Parameter([r, inSmall]);
    } else this.lokr_w1 = new Parameter([outSmall, inSmall]);
    if (!isSmall(outLarge, inLarge)) this.lokr_w2 = new Parameter([outLarge, inLarge, ...kernel]);
    else if (options.use_effective_conv2d && kernel.some((side) => side > 1)) {
      this.lokr_t2 = new Parameter([r, r, kernel[0], kernel[1] ?? 1]);
      this.lokr_w2_a = new Parameter([r, outLarge]);
      this.lokr_w2_b = new Parameter([r, inLarge]);
    } else {
      this.lokr_w2_a = new Parameter([outLarge, r]);
      this.lokr_w2_b = new Parameter([r, kernel.reduce((a, b) => a * b, inLarge)]);
    }
    this.attach();
  }

  delta(): Tensor {
    const w1 = this.lokr_w1?.tensor ?? this.lokr_w1_a!.tensor.matmul(this.lokr_w1_b!.tensor);
    const w2 = this.lokr_w2?.tensor ?? throughKernel(this.lokr_w2_a!, this.lokr_w2_b!, this.lokr_t2);
    const places = w2.shape.slice(2).map(() => 1);
    return aten.kron
      .default(w1.reshape(...w1.shape, ...places), w2.contiguous().mul(this.#scale))
      .reshape(...this.#shape);
  }
}

/** Two factors of a size: the given one, or two of similar size that do not exceed it. */
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

export const { create, open } = tuneLayers<LokrOptions, Target>({
  peftType: 'LOKR',
  accepts: isProduct,
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new LokrAdapter(target, options);
      for (const [name, parameter] of adapter.ownParameters()) {
        // The first factor starts at zero, and so does the product.
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
    alpha_pattern: options.alpha_pattern,
    decompose_both: options.decompose_both,
    decompose_factor: options.decompose_factor,
    init_weights: true,
    module_dropout: 0,
    rank_dropout: 0,
    rank_dropout_scale: false,
    rank_pattern: options.rank_pattern,
    use_effective_conv2d: options.use_effective_conv2d,
  }),
});
