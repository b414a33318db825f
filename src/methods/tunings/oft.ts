// N tokens, in features in B blocks of b
import { Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { aten, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { LayerAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import type { OftOptions } from './oft.options.ts';
import { cayley, nearestDivisor, neumann, skew } from './rotation.ts';
import { writeTargets } from './target-options.ts';

/** y = W (x R): blocks of the input are rotated. */
class OftAdapter extends LayerAdapter<LinearLike> {
  /** Entries above the diagonals: [B, b (b − 1) / 2] */
  readonly oft_R: Parameter;
  readonly #side: number;
  readonly #options: OftOptions;

  constructor({ path, layer }: LinearTarget, options: OftOptions) {
    super(path, layer);
    this.#options = options;
    this.#side = sideOf(layer, options);
    const blocks = options.block_share ? 1 : layer.inFeatures / this.#side;
    this.oft_R = new Parameter([blocks, (this.#side * (this.#side - 1)) / 2]);
    this.attach();
  }

  protected override fileName(key: string): string {
    return `${key}.weight`;
  }

  /** [B, b, b], or a single one shared by all blocks */
  #rotations(): Tensor {
    const { use_cayley_neumann: isSeries, num_cayley_neumann_terms: terms, coft } = this.#options;
    if (coft) noGrad(() => scope(() => this.#stayNear()));
    const q = skew(this.oft_R.tensor, this.#side);
    return isSeries ? neumann(q, terms) : cayley(q);
  }

  /** Shrinks matrices whose norm exceeds the limit, in place as in PEFT. */
  #stayNear(): void {
    const { tensor } = this.oft_R;
    const limit = this.#options.eps / Math.sqrt(tensor.shape[0]);
    const norms = aten.linalg_vector_norm.default(tensor, { dim: [1], keepdim: true }).mul(Math.SQRT2);
    const factors = aten.clamp_max.default(aten.reciprocal.default(norms).mul(limit), 1);
    tensor.copy_(aten.where.self(aten.gt.Scalar(norms, limit), tensor.mul(factors), tensor));
  }

  /** x […, in] */
  #turn(x: Tensor, rotations: Tensor): Tensor {
    const blocks = x.reshape(-1, this.layer.inFeatures / this.#side, 1, this.#side); // [N, B, 1, b]
    return blocks.matmul(rotations.to(x.dtype)).reshape(...x.shape);
  }

  input(x: Tensor): Tensor {
    return this.isActive ? this.#turn(x, this.#rotations()) : x;
  }

  forward(_x: Tensor, output: Tensor): Tensor {
    return output;
  }

  override merged(weight: Tensor): Tensor {
    return this.#turn(weight.contiguous(), this.#rotations().transpose(1, 2));
  }
}

function sideOf({ inFeatures }: LinearLike, { oft_block_size: size, r }: OftOptions): number {
  return size > 0 ? nearestDivisor(inFeatures, size) : inFeatures / nearestDivisor(inFeatures, Math.max(1, r));
}

export const { create, open } = tuneLayers<OftOptions>({
  peftType: 'OFT',
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new OftAdapter(target, options);
      begin(adapter.oft_R, start, () => zeros(adapter.oft_R.shape));
      return adapter;
    }),
  config: (options) => ({
    ...writeTargets(options),
    block_share: options.block_share,
    coft: options.coft,
    eps: options.eps,
    init_weights: true,
    module_dropout: 0,
    num_cayley_neumann_terms: options.num_cayley_neumann_terms,
    oft_block_size: options.oft_block_size,
    r: options.oft_block_size > 0 ? 0 : options.r,
    use_cayley_neumann: options.use_cayley_neumann,
  }),
});
