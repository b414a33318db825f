// in and out features, r rank; of convolutions C input and O output channels, k × k kernel
import { isLinear, Parameter } from '../../engine/nn/index.ts';
import { aten, ones, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { DeltaAdapter, type TargetLayer } from './layer-adapter.ts';
import { begin, tuneLayers, type Start } from './layer-method.ts';
import type { LohaOptions } from './loha.options.ts';
import { kaimingUniform } from './lora.ts';
import { writeTargets } from './target-options.ts';
import { isProduct, rankAndAlpha, type Target } from './targets.ts';

/** W + scale · (A₁ B₁) ∘ (A₂ B₂); convolutions may have a kernel t between the factors. */
class LohaAdapter extends DeltaAdapter {
  readonly hada_w1_a: Parameter;
  readonly hada_w1_b: Parameter;
  readonly hada_w2_a: Parameter;
  readonly hada_w2_b: Parameter;
  /** [r, r, k, k]; [r, r, k, 1] over time */
  readonly hada_t1?: Parameter;
  readonly hada_t2?: Parameter;
  readonly #shape: readonly number[];
  readonly #scale: number;

  constructor({ path, layer }: Target, options: LohaOptions) {
    super(path, layer);
    const { rank: r, alpha } = rankAndAlpha(options, path);
    this.#scale = alpha / r;
    this.#shape = weightShape(layer);
    const [out, inner, ...kernel] = this.#shape;
    const hasKernel = options.use_effective_conv2d && kernel.some((side) => side > 1);
    const rest = hasKernel ? [] : kernel;
    const [left, right] = hasKernel
      ? [
          [r, out],
          [r, inner],
        ]
      : [
          [out, r],
          [r, rest.reduce((a, b) => a * b, inner)],
        ];
    this.hada_w1_a = new Parameter(left);
    this.hada_w1_b = new Parameter(right);
    this.hada_w2_a = new Parameter(left);
    this.hada_w2_b = new Parameter(right);
    if (hasKernel) {
      const sides = [kernel[0], kernel[1] ?? 1];
      this.hada_t1 = new Parameter([r, r, ...sides]);
      this.hada_t2 = new Parameter([r, r, ...sides]);
    }
    this.attach();
  }

  delta(): Tensor {
    const first = throughKernel(this.hada_w1_a, this.hada_w1_b, this.hada_t1);
    const second = throughKernel(this.hada_w2_a, this.hada_w2_b, this.hada_t2);
    return first
      .mul(second)
      .mul(this.#scale)
      .reshape(...this.#shape);
  }
}

/** [out, in], or [O, C, k, k] */
export function weightShape(layer: TargetLayer): readonly number[] {
  return isLinear(layer) ? [layer.outFeatures, layer.inFeatures] : layer.weight.shape;
}

/** A B, or with the kernel: t [i, j, k, k], B [j, r], A [i, p] → [p, r, k, k] */
export function throughKernel(a: Parameter, b: Parameter, t: Parameter | undefined): Tensor {
  if (t === undefined) return a.tensor.matmul(b.tensor);
  return aten.einsum.default('ijkl,jr,ip->prkl', [t.tensor, b.tensor, a.tensor]);
}

/** A factor of the second pair starts at zero, and so does the product. */
function initialise(adapter: LohaAdapter, start: Start): LohaAdapter {
  for (const [name, parameter] of adapter.ownParameters()) {
    begin(parameter, start, (seed) => {
      if (name === 'hada_w2_a') return zeros(parameter.shape);
      if (name === 'hada_t1' || name === 'hada_t2') return ones(parameter.shape);
      return kaimingUniform(parameter, { seed, path: `${name}:${adapter.path}` });
    });
  }
  return adapter;
}

export const { create, open } = tuneLayers<LohaOptions, Target>({
  peftType: 'LOHA',
  accepts: isProduct,
  parts: (targets, options, start) => targets.map((target) => initialise(new LohaAdapter(target, options), start)),
  config: (options) => ({
    ...writeTargets(options),
    bias: undefined,
    r: options.r,
    alpha: options.alpha,
    alpha_pattern: options.alpha_pattern,
    init_weights: true,
    module_dropout: 0,
    rank_dropout: 0,
    rank_pattern: options.rank_pattern,
    use_effective_conv2d: options.use_effective_conv2d,
  }),
});
