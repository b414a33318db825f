// in and out features, b side of a block
import { Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { C3aOptions } from './c3a.options.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import { writeTargets } from './target-options.ts';
import { fromPattern } from './targets.ts';

/** W + D, where each block [b, b] of D is circulant: rows are rotated by one more place each. */
class CirculantAdapter extends DeltaAdapter {
  /** [out / b, in / b, b] */
  readonly c3a_kernel: Parameter;
  readonly #side: number;
  readonly #layer: LinearLike;

  constructor({ path, layer }: LinearTarget, side: number) {
    super(path, layer);
    this.#side = side;
    this.#layer = layer;
    this.c3a_kernel = new Parameter([layer.outFeatures / side, layer.inFeatures / side, side]);
    this.attach();
  }

  delta(): Tensor {
    const { outFeatures, inFeatures } = this.#layer;
    const b = this.#side;
    const { tensor: kernel } = this.c3a_kernel;
    const [down, across] = kernel.shape;
    const index = BigInt64Array.from({ length: b * b }, (_, n) =>
      BigInt(((((n % b) - Math.floor(n / b)) % b) + b) % b),
    );
    const blocks = kernel.indexSelect(2, fromArray(index).toDevice(kernel.device)).reshape(down, across, b, b);
    return blocks.transpose(1, 2).reshape(outFeatures, inFeatures).div(inFeatures);
  }
}

/** The largest common divisor of both sides that does not exceed the requested one. */
function sideFor({ path, layer: { outFeatures, inFeatures } }: LinearTarget, options: C3aOptions): number {
  const wanted = fromPattern(options.block_size_pattern, path) ?? options.block_size;
  let side = Math.min(wanted, outFeatures, inFeatures);
  while (outFeatures % side !== 0 || inFeatures % side !== 0) side--;
  return side;
}

export const { create, open } = tuneLayers<C3aOptions>({
  peftType: 'C3A',
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new CirculantAdapter(target, sideFor(target, options));
      begin(adapter.c3a_kernel, start, () => zeros(adapter.c3a_kernel.shape));
      return adapter;
    }),
  config: (options, targets) => ({
    ...writeTargets(options),
    block_size: options.block_size,
    // PEFT requires every layer's block size.
    block_size_pattern: Object.fromEntries(
      targets
        .map((target) => [target.path, sideFor(target, options)] as const)
        .filter(([, side]) => side !== options.block_size),
    ),
    // PEFT supports no exclusions here, so `target_modules` lists what remains.
    exclude_modules: undefined,
    init_weights: 'xavier_uniform',
  }),
});
