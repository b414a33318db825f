// in and out features, n frequencies
import { Parameter } from '../../engine/nn/index.ts';
import { aten, fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { FourierftOptions } from './fourierft.options.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import { shuffledStart } from './mersenne-twister.ts';
import { writeTargets } from './target-options.ts';
import { fromPattern } from './targets.ts';

/** W + scaling · real part of the inverse Fourier transform of a spectrum with n nonzero coefficients. */
class FourierAdapter extends DeltaAdapter {
  /** [n] */
  readonly fourierft_spectrum: Parameter;
  readonly #places: BigInt64Array;
  readonly #size: readonly [number, number];
  readonly #scaling: number;

  constructor({ path, layer }: LinearTarget, options: FourierftOptions) {
    super(path, layer);
    this.#size = [layer.outFeatures, layer.inFeatures];
    const wanted = fromPattern(options.n_frequency_pattern, path) ?? options.n_frequency;
    const count = Math.min(wanted, layer.outFeatures * layer.inFeatures);
    this.fourierft_spectrum = new Parameter([count]);
    // PEFT only saves the seed: torch.randperm(out · in) gives the positions.
    this.#places = shuffledStart(layer.outFeatures * layer.inFeatures, count, options.random_loc_seed);
    this.#scaling = options.scaling;
    this.attach();
  }

  delta(): Tensor {
    const [out, inner] = this.#size;
    const { tensor: spectrum } = this.fourierft_spectrum;
    const places = fromArray(this.#places).toDevice(spectrum.device);
    const dense = aten.index_copy.default(zeros([out * inner], { device: spectrum.device }), 0, places, spectrum);
    const values = aten.fft_ifft2.default(dense.reshape(out, inner));
    return aten.real.default(values).mul(this.#scaling);
  }
}

export const { create, open } = tuneLayers<FourierftOptions>({
  peftType: 'FOURIERFT',
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new FourierAdapter(target, options);
      begin(adapter.fourierft_spectrum, start, () => zeros(adapter.fourierft_spectrum.shape));
      return adapter;
    }),
  config: (options) => ({
    ...writeTargets(options),
    init_weights: true,
    n_frequency: options.n_frequency,
    n_frequency_pattern: options.n_frequency_pattern,
    random_loc_seed: options.random_loc_seed,
    scaling: options.scaling,
  }),
});
