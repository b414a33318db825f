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

/** A triangle over frequencies: weights from its first bin on. */
export interface MelFilter {
  first: number;
  weights: Float64Array;
}

export interface MelOptions {
  bands: number;
  /** Frequencies of a spectrum: half its window and one. */
  frequencies: number;
  sampleRate: number;
  highest: number;
}

/** Triangles of equal area, evenly spaced in mels from 0 Hz (Slaney's Auditory Toolbox, as in librosa and Whisper). */
export function melFilters({ bands, frequencies, sampleRate, highest }: MelOptions): MelFilter[] {
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
