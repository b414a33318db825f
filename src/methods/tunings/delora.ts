// N tokens, in and out features, r rank
import { ModuleBuffer, Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { aten, full, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { DeloraOptions } from './delora.options.ts';
import { FactorAdapter } from './factor-adapter.ts';
import { begin, tuneLayers, type LinearTarget, type Start } from './layer-method.ts';
import { kaimingUniform } from './lora.ts';
import { writeTargets } from './target-options.ts';
import { fromPattern } from './targets.ts';

/** Minimum norm of a direction, since B starts at zero. */
const SHORTEST = 1e-4;

/** W + (λ / r) · Σ bᵢ aᵢᵀ / (|bᵢ| |aᵢ|), with columns scaled by the norms of those of W. */
class DeloraAdapter extends FactorAdapter {
  /** [r, in] */
  readonly delora_A: Parameter;
  /** [out, r] */
  readonly delora_B: Parameter;
  /** [1] */
  readonly delora_lambda = new Parameter([1]);
  /** Norms of the base weight's columns: [in] */
  readonly delora_w_norm: ModuleBuffer;
  readonly rank: number;

  constructor({ path, layer }: LinearTarget, rank: number) {
    super(path, layer);
    this.rank = rank;
    this.delora_A = new Parameter([rank, layer.inFeatures]);
    this.delora_B = new Parameter([layer.outFeatures, rank]);
    this.delora_w_norm = new ModuleBuffer([layer.inFeatures]);
    this.attach();
  }

  /** [r, in] scaled by the column norms, and [out, r] scaled by the strength */
  protected factors(): [Tensor, Tensor] {
    const [a, b] = [this.delora_A.tensor, this.delora_B.tensor];
    const scale = this.delora_lambda.tensor.div(this.rank).div(lengths(a, 1).mul(lengths(b, 0))); // [r]
    return [a.mul(this.delora_w_norm.tensor), b.mul(scale)];
  }
}

function lengths(matrix: Tensor, along: number): Tensor {
  return aten.clamp_min.default(aten.linalg_vector_norm.default(matrix, { dim: [along] }), SHORTEST);
}

function columnLengths({ weight, isTransposed }: LinearLike): Tensor {
  return aten.linalg_vector_norm.default(weight.value('f32').detach(), { dim: [isTransposed ? 1 : 0] });
}

function initialise(adapter: DeloraAdapter, strength: number, start: Start): DeloraAdapter {
  const { delora_A: a, delora_B: b, path, layer } = adapter;
  begin(a, start, (seed) => kaimingUniform(a, { seed, path: `delora_A:${path}` }));
  begin(b, start, () => zeros(b.shape));
  begin(adapter.delora_lambda, start, () => full([1], strength, { dtype: 'f32' }));
  begin(adapter.delora_w_norm, start, () => columnLengths(layer));
  return adapter;
}

export const { create, open } = tuneLayers<DeloraOptions>({
  peftType: 'DELORA',
  parts: (targets, options, start) =>
    targets.map((target) => {
      const rank = fromPattern(options.rank_pattern, target.path) ?? options.r;
      const strength = fromPattern(options.lambda_pattern, target.path) ?? options.delora_lambda;
      return initialise(new DeloraAdapter(target, rank), strength, start);
    }),
  config: (options) => ({
    ...writeTargets(options),
    delora_lambda: options.delora_lambda,
    init_weights: true,
    lambda_pattern: options.lambda_pattern,
    module_dropout: 0,
    r: options.r,
    rank_pattern: options.rank_pattern,
  }),
});
