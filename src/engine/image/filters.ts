/** A resampling filter. */
export interface Filter {
  /** Radius beyond which weights are zero, in pixels of the smaller image. */
  support: number;
  weight(distance: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));
/** Pillow's cubic parameter. */
const A = -0.5;

/** Keyed by Pillow's `resample` numbers; 0 (nearest) has no filter. */
export const filters: Readonly<Record<number, Filter>> = {
  // Lanczos
  1: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  // Bilinear
  2: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Bicubic (Keys, 1981)
  3: {
    support: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    },
  },
  // Box
  4: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  // Hamming, with Pillow's single-precision constants
  5: {
    support: 1,
    weight(distance) {
      const x = Math.abs(distance);
      if (x >= 1) return 0;
      return x === 0 ? 1 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI));
    },
  },
};
