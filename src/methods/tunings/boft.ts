// N tokens, in and out features, b side of a block, B blocks
import { AttuneError } from '../../base/errors.ts';
import { Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { fromArray, ones, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { BoftOptions } from './boft.options.ts';
import { LayerAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import { trainBiases } from './trained-biases.ts';
import { cayley } from './rotation.ts';
import { writeTargets } from './target-options.ts';

/** y = s · (W (M x)), where M is a product of block rotations over increasingly distant features. */
class BoftAdapter extends LayerAdapter<LinearLike> {
  /** [factors, B, b, b] */
  readonly boft_R: Parameter;
  /** [out, 1] */
  readonly boft_s: Parameter;
  readonly #side: number;

  constructor({ path, layer }: LinearTarget, options: BoftOptions) {
    super(path, layer);
    const side = sideOf(layer, options);
    const factors = options.boft_n_butterfly_factor;
    this.#side = side;
    this.boft_R = new Parameter([factors, layer.inFeatures / side, side, side]);
    this.boft_s = new Parameter([layer.outFeatures, 1]);
    this.attach();
  }

  /** x M for x […, in]; for the rows of a weight, W Mᵀ. */
  #turn(x: Tensor, isTransposed: boolean): Tensor {
    const { tensor } = this.boft_R;
    const rotations = cayley(tensor.sub(tensor.transpose(2, 3)).mul(0.5)).to(x.dtype);
    const [factors] = tensor.shape;
    const order = Array.from({ length: factors }, (_, i) => i);
    return (isTransposed ? order : order.toReversed()).reduce((rows, factor) => {
      const one = rotations.select(0, factor);
      return this.#turnBlocks(rows, isTransposed ? one.transpose(1, 2) : one, factor);
    }, x);
  }

  #turnBlocks(x: Tensor, rotation: Tensor, factor: number): Tensor {
    const { inFeatures } = this.layer;
    const dealt = dealing(inFeatures, this.#side, factor);
    const back = new BigInt64Array(inFeatures);
    for (const [place, feature] of dealt.entries()) back[Number(feature)] = BigInt(place);
    const [deal, undo] = [back, dealt].map((index) => fromArray(index).toDevice(x.device));
    const flat = x.reshape(-1, inFeatures).indexSelect(1, deal);
    const turned = flat.reshape(-1, inFeatures / this.#side, 1, this.#side).matmul(rotation);
    return turned
      .reshape(-1, inFeatures)
      .indexSelect(1, undo)
      .reshape(...x.shape);
  }

  input(x: Tensor): Tensor {
    return this.isActive ? this.#turn(x, false) : x;
  }

  forward(_x: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const scale = this.boft_s.value(output.dtype).flatten();
    const { bias } = this.layer;
    if (bias === undefined) return output.mul(scale);
    const own = bias.value(output.dtype);
    return output.sub(own).mul(scale).add(own);
  }

  override merged(weight: Tensor): Tensor {
    return this.#turn(weight.contiguous(), true).mul(this.boft_s.tensor);
  }
}

/** Permutation of features, so that blocks match a butterfly stage: half blocks, the even ones of a run first. */
function dealing(features: number, side: number, factor: number): BigInt64Array {
  const all = Array.from({ length: features }, (_, i) => i);
  if (factor === 0) return BigInt64Array.from(all, BigInt);
  const half = side / 2;
  const run = side * 2 ** factor;
  const dealt = Array.from({ length: features / run }, (_, r) => {
    const halves = Array.from({ length: run / half }, (_unused, h) =>
      all.slice(r * run + h * half, r * run + (h + 1) * half),
    );
    return [...halves.filter((_half, h) => h % 2 === 0), ...halves.filter((_half, h) => h % 2 === 1)].flat();
  });
  return BigInt64Array.from(dealt.flat(), BigInt);
}

function sideOf({ inFeatures }: LinearLike, { boft_block_size: size, boft_block_num: count }: BoftOptions): number {
  return size > 0 ? size : inFeatures / count;
}

/** Whether a layer's inputs consist of whole runs of blocks, with the requested number. */
function isWhole({ layer }: LinearTarget, options: BoftOptions): boolean {
  const side = sideOf(layer, options);
  return Number.isInteger(side) && layer.inFeatures % (side * 2 ** (options.boft_n_butterfly_factor - 1)) === 0;
}

function refuse(
  unfit: readonly LinearTarget[],
  options: BoftOptions,
  why: { code: `E_${Uppercase<string>}`; fix?: string },
): void {
  if (unfit.length === 0) return;
  const { boft_block_size: side, boft_block_num: count, boft_n_butterfly_factor: factors } = options;
  throw new AttuneError(why.code, {
    what: `${side > 0 ? `Blocks of ${side}` : `${count} blocks`} with ${factors} butterfly factors do not fit all layers`,
    problems: unfit.map(({ path, layer }) => ({ field: path, message: `has ${layer.inFeatures} inputs` })),
    expected: `blocks of even size, and inputs that are multiples of ${2 ** (factors - 1)} blocks`,
    fix: why.fix,
  });
}

export const { create, open } = tuneLayers<BoftOptions>({
  peftType: 'BOFT',
  check(targets, options) {
    const fits = (target: LinearTarget) => isWhole(target, options) && sideOf(target.layer, options) % 2 === 0;
    const fix =
      'set tuning.boft_block_size, tuning.boft_block_num or tuning.boft_n_butterfly_factor lower, or leave layers out';
    refuse(
      targets.filter((target) => !fits(target)),
      options,
      { code: 'E_RECIPE', fix },
    );
  },
  parts(targets, options, start) {
    // An adapter file may contain numbers that fit no layer.
    refuse(
      targets.filter((target) => !isWhole(target, options)),
      options,
      { code: 'E_ADAPTER_MISMATCH' },
    );
    return targets.map((target) => {
      const adapter = new BoftAdapter(target, options);
      begin(adapter.boft_R, start, () => zeros(adapter.boft_R.shape));
      begin(adapter.boft_s, start, () => ones(adapter.boft_s.shape));
      return adapter;
    });
  },
  config: (options) => ({
    ...writeTargets(options),
    bias: options.bias,
    boft_block_num: options.boft_block_num,
    boft_block_size: options.boft_block_size,
    boft_dropout: 0,
    boft_n_butterfly_factor: options.boft_n_butterfly_factor,
    init_weights: true,
  }),
  beside: ({ bias, ...options }, targets, model) => trainBiases(model, targets, { bias, ...options }),
});
