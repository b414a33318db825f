/** Convolves a distribution with itself `times` times, on a centred grid that wraps around. */
export function fourierPower(masses: Float64Array, times: number): Float64Array {
  const size = masses.length;
  const half = size / 2;
  const real = Float64Array.from({ length: size }, (_, k) => masses[(k + half) % size]);
  const imaginary = new Float64Array(size);
  transform(real, imaginary, -1);
  for (let k = 0; k < size; k++) {
    const length = Math.hypot(real[k], imaginary[k]) ** times;
    const angle = Math.atan2(imaginary[k], real[k]) * times;
    real[k] = length * Math.cos(angle);
    imaginary[k] = length * Math.sin(angle);
  }
  transform(real, imaginary, 1);
  return Float64Array.from({ length: size }, (_, k) => real[(k + half) % size] / size);
}

/** In-place Cooley-Tukey FFT for powers of two. */
function transform(real: Float64Array, imaginary: Float64Array, sign: number): void {
  const size = real.length;
  sortByReversedBits(real, imaginary);
  for (let width = 2; width <= size; width *= 2) {
    const half = width / 2;
    for (let j = 0; j < half; j++) {
      const [cos, sin] = [Math.cos((2 * Math.PI * j) / width), sign * Math.sin((2 * Math.PI * j) / width)];
      for (let at = j; at < size; at += width) {
        const other = at + half;
        const re = real[other] * cos - imaginary[other] * sin;
        const im = real[other] * sin + imaginary[other] * cos;
        real[other] = real[at] - re;
        imaginary[other] = imaginary[at] - im;
        real[at] += re;
        imaginary[at] += im;
      }
    }
  }
}

function sortByReversedBits(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [real[i], real[j]] = [real[j], real[i]];
    [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
  }
}
