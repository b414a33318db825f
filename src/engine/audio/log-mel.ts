import { PowerSpectrum } from './fourier.ts';

/** Slaney's mel scale: linear below 1,000 Hz, logarithmic above. */
const HERTZ_PER_MEL = 200 / 3;
const LINEAR_HERTZ = 1000;
const LINEAR_MELS = LINEAR_HERTZ / HERTZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

function toMel(hertz: number): number {
  return hertz < LINEAR_HERTZ ? hertz / HERTZ_PER_MEL : LINEAR_MELS + Math.log(hertz / LINEAR_HERTZ) / LOG_STEP;
}

function toHertz(mel: number): number {
  return mel < LINEAR_MELS ? mel * HERTZ_PER_MEL : LINEAR_HERTZ * Math.exp(LOG_STEP * (mel - LINEAR_MELS));
}

/** A triangular filter: weights from its first frequency bin on. */
interface MelFilter {
  first: number;
  weights: Float64Array;
}

interface MelOptions {
  bands: number;
  /** Number of frequency bins: half the window, plus one. */
  frequencies: number;
  sampleRate: number;
  highest: number;
}

/** Triangles of equal area, evenly spaced in mels from 0 Hz (Slaney's Auditory Toolbox, as in librosa and Whisper). */
function melFilters({ bands, frequencies, sampleRate, highest }: MelOptions): MelFilter[] {
  const top = toMel(highest);
  const corners = Array.from({ length: bands + 2 }, (_, i) => toHertz((top * i) / (bands + 1)));
  const hertz = Array.from({ length: frequencies }, (_, k) => (k * sampleRate) / 2 / (frequencies - 1));
  return Array.from({ length: bands }, (_, band) => {
    const [low, middle, high] = corners.slice(band, band + 3);
    const heights = hertz.map((value) =>
      Math.max(0, Math.min((value - low) / (middle - low), (high - value) / (high - middle))),
    );
    const first = Math.max(
      0,
      heights.findIndex((height) => height > 0),
    );
    const end = heights.findLastIndex((height) => height > 0) + 1;
    const weights = Float64Array.from(heights.slice(first, end), (height) => (height * 2) / (high - low));
    return { first, weights };
  });
}

interface LogMelOptions {
  bands: number;
  sampleRate: number;
  /** Window length and hop, in samples. */
  window: number;
  hop: number;
}

/** The highest frequency of Whisper's filters, whatever the sampling rate. */
const HIGHEST_HERTZ = 8000;
const FLOOR = 1e-10;
/** Dynamic range below the maximum, in powers of ten; lower values are clamped. */
const RANGE = 8;

/**
 * Whisper's log-mel spectrogram (Radford et al., 2022): Hann windows centred on every `hop`-th sample, with reflection
 * padding; energies in mel bands; base-10 logarithms, clamped to 8 below the maximum, as (x + 4) / 4. Computed in f64;
 * the reference's f32 differs by about 1e-5.
 */
export class LogMel {
  readonly #options: LogMelOptions;
  readonly #filters: readonly MelFilter[];
  readonly #hann: Float64Array;
  readonly #spectrum: PowerSpectrum;

  constructor(options: LogMelOptions) {
    const { bands, sampleRate, window } = options;
    this.#options = options;
    const frequencies = 1 + Math.floor(window / 2);
    this.#filters = melFilters({ bands, frequencies, sampleRate, highest: HIGHEST_HERTZ });
    this.#hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window));
    this.#spectrum = new PowerSpectrum(window);
  }

  /** samples → [bands, ⌊samples / hop⌋], row by row. */
  of(samples: Float32Array): Float32Array {
    const { bands, window, hop } = this.#options;
    const frames = Math.floor(samples.length / hop);
    const energies = new Float64Array(bands * frames);
    const frequencies = 1 + Math.floor(window / 2);
    const [first, second] = [new Float64Array(window), new Float64Array(window)];
    const spectra: [Float64Array, Float64Array] = [new Float64Array(frequencies), new Float64Array(frequencies)];
    for (let frame = 0; frame < frames; frame += 2) {
      this.#cut(samples, frame, first);
      this.#cut(samples, frame + 1, second);
      this.#spectrum.ofPair(first, second, spectra);
      this.#addBands(spectra[0], energies, frame, frames);
      if (frame + 1 < frames) this.#addBands(spectra[1], energies, frame + 1, frames);
    }
    return compressed(energies);
  }

  /** Cuts the window around a frame's centre. */
  #cut(samples: Float32Array, frame: number, into: Float64Array): void {
    const { window, hop } = this.#options;
    const start = frame * hop - Math.floor(window / 2);
    const isInside = start >= 0 && start + window <= samples.length;
    for (let i = 0; i < window; i++) {
      const value = isInside ? samples[start + i] : samples[mirrored(start + i, samples.length)];
      into[i] = value * this.#hann[i];
    }
  }

  // oxlint-disable-next-line max-params -- an inner loop: an object for each frame would cost more than the sums
  #addBands(spectrum: Float64Array, energies: Float64Array, frame: number, frames: number): void {
    for (let band = 0; band < this.#filters.length; band++) {
      const { first, weights } = this.#filters[band];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * spectrum[first + k];
      energies[band * frames + frame] = sum;
    }
  }
}

/** Reflects an out-of-range index without repeating the end sample. */
function mirrored(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const inside = ((place % period) + period) % period;
  return inside < length ? inside : period - inside;
}

function compressed(energies: Float64Array): Float32Array {
  let largest = -Infinity;
  for (let i = 0; i < energies.length; i++) {
    const value = Math.log10(Math.max(energies[i], FLOOR));
    energies[i] = value;
    if (value > largest) largest = value;
  }
  const lowest = largest - RANGE;
  return Float32Array.from(energies, (value) => (Math.max(value, lowest) + 4) / 4);
}
