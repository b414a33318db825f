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

/** Mel filters of equal area, evenly spaced in mels from 0 Hz (Slaney's Auditory Toolbox, as in librosa and Whisper). */
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

interface SpectrogramKind {
  /** Highest frequency of the filters. */
  highest: number;
  /** Window function. */
  taper: Float64Array;
  /** Reflection padding at the ends instead of zeros. */
  isMirrored: boolean;
}

/** Energies in mel bands, in windows around every `hop`-th sample; computed in f64. */
class MelSpectrogram {
  readonly #options: LogMelOptions;
  readonly #kind: SpectrogramKind;
  readonly #filters: readonly MelFilter[];
  readonly #spectrum: PowerSpectrum;

  constructor(options: LogMelOptions, kind: SpectrogramKind) {
    const { bands, sampleRate, window } = options;
    this.#options = options;
    this.#kind = kind;
    const frequencies = 1 + Math.floor(window / 2);
    this.#filters = melFilters({ bands, frequencies, sampleRate, highest: kind.highest });
    this.#spectrum = new PowerSpectrum(window);
  }

  /** samples → [bands, ⌊samples / hop⌋], row by row. */
  energies(samples: Float32Array): Float64Array {
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
    return energies;
  }

  /** Cuts the window around a frame's centre. */
  #cut(samples: Float32Array, frame: number, into: Float64Array): void {
    const { window, hop } = this.#options;
    const { taper, isMirrored } = this.#kind;
    const start = frame * hop - Math.floor(window / 2);
    const isInside = start >= 0 && start + window <= samples.length;
    for (let i = 0; i < window; i++) {
      const place = isInside || !isMirrored ? start + i : mirrored(start + i, samples.length);
      into[i] = (samples[place] ?? 0) * taper[i];
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

/** A Hann window centred in a larger window; `period` is its periodic length. */
function hann(window: number, length: number, period: number): Float64Array {
  const before = Math.floor((window - length) / 2);
  const taper = new Float64Array(window);
  for (let i = 0; i < length; i++) taper[before + i] = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / period);
  return taper;
}

/** Highest frequency of Whisper's filters, at any sampling rate. */
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
  readonly #spectrogram: MelSpectrogram;

  constructor(options: LogMelOptions) {
    const { window } = options;
    const taper = hann(window, window, window);
    this.#spectrogram = new MelSpectrogram(options, { highest: HIGHEST_HERTZ, taper, isMirrored: true });
  }

  /** samples → [bands, ⌊samples / hop⌋], row by row. */
  of(samples: Float32Array): Float32Array {
    return compressed(this.#spectrogram.energies(samples));
  }
}

interface NormalisedLogMelOptions extends LogMelOptions {
  /** Number of samples that are read within a window; the rest is zero. */
  length: number;
  /** Share of the previous sample to subtract from each sample. */
  preemphasis: number;
}

/** Added to energies before taking logarithms. */
const GUARD = 2 ** -24;
const DEVIATION_GUARD = 1e-5;

/** Parakeet's log-mel spectrogram (NeMo): natural logarithms, normalised to zero mean and unit variance per band of a recording. */
export class NormalisedLogMel {
  readonly #options: NormalisedLogMelOptions;
  readonly #spectrogram: MelSpectrogram;

  constructor(options: NormalisedLogMelOptions) {
    const { window, length, sampleRate } = options;
    const taper = hann(window, length, length - 1);
    this.#options = options;
    this.#spectrogram = new MelSpectrogram(options, { highest: sampleRate / 2, taper, isMirrored: false });
  }

  /** samples → [bands, ⌊samples / hop⌋], row by row. */
  of(samples: Float32Array): Float32Array {
    const { preemphasis, bands } = this.#options;
    const energies = this.#spectrogram.energies(
      samples.map((x, t) => (t === 0 ? x : x - preemphasis * samples[t - 1])),
    );
    const frames = energies.length / bands;
    const result = new Float32Array(energies.length);
    for (let band = 0; band < bands; band++) {
      const row = energies.subarray(band * frames, (band + 1) * frames).map((energy) => Math.log(energy + GUARD));
      const mean = row.reduce((sum, value) => sum + value, 0) / frames;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (frames - 1);
      const scale = 1 / (Math.sqrt(variance) + DEVIATION_GUARD);
      for (const [frame, value] of row.entries()) result[band * frames + frame] = (value - mean) * scale;
    }
    return result;
  }
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
