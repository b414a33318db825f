import { filters, type Filter } from './filters.ts';
import { blank, type Pixels, type Size } from './pixels.ts';

/** PIL's filter numbers: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming. */
export type Resample = 0 | 1 | 2 | 3 | 4 | 5;

/** Weights are integers in units of 2^-22, as in Pillow: their sums with 8-bit values fit into 32 bits. */
const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);

/**
 * Resizes like Pillow's `Image.resize`: filters over all pixels that a new one covers, by columns and then by rows,
 * rounding to 8 bits after each. Bit-identical to Pillow.
 */
export function resize(image: Pixels, [height, width]: Size, resample: Resample): Pixels {
  if (image.width === width && image.height === height) return image;
  if (resample === 0) return nearest(image, [height, width]);
  const filter = filters[resample];
  const narrowed = image.width === width ? image : resizeColumns(image, width, filter);
  return image.height === height ? narrowed : resizeRows(narrowed, height, filter);
}

/** Resizes without rounding, as torch does: [height, width, 3], in the byte range. */
export function resizeExactly(image: Pixels, [height, width]: Size, resample: Resample): Float32Array {
  if (resample === 0) return Float32Array.from(nearest(image, [height, width]).data);
  const filter = filters[resample];
  const narrowed = new Float32Array(image.height * width * 3);
  const columns = weightsOf(image.width, width, filter);
  const acrossRow = weightedSum(image.data, 3, columns);
  for (let row = 0; row < image.height; row++)
    for (let column = 0; column < width; column++)
      for (let colour = 0; colour < 3; colour++) {
        const from = (row * image.width + columns.first[column]) * 3 + colour;
        narrowed[(row * width + column) * 3 + colour] = acrossRow(from, column);
      }
  const rows = weightsOf(image.height, height, filter);
  const stride = width * 3;
  const result = new Float32Array(height * stride);
  const downColumn = weightedSum(narrowed, stride, rows);
  for (let row = 0; row < height; row++)
    for (let x = 0; x < stride; x++) result[row * stride + x] = downColumn(rows.first[row] * stride + x, row);
  return result;
}

/** Sums the values that a new pixel covers, `step` apart from `from` on. */
function weightedSum(values: Uint8Array | Float32Array, step: number, { most, count, weights }: Weights) {
  return (from: number, place: number): number => {
    let sum = 0;
    for (let i = 0; i < count[place]; i++) sum += values[from + i * step] * weights[place * most + i];
    return sum;
  };
}

/** For each new pixel: first old pixel, number of old pixels, and their weights, padded to `most`. */
interface Weights {
  most: number;
  first: Int32Array;
  count: Int32Array;
  weights: Float64Array;
}

function weightsOf(from: number, to: number, filter: Filter): Weights {
  const scale = from / to;
  // Enlarging uses the filter's own support; shrinking covers all pixels that fall into a new one.
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const result = { most, first: new Int32Array(to), count: new Int32Array(to), weights: new Float64Array(to * most) };
  const exact = new Float64Array(most);
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      exact[i] = filter.weight((i + first - centre + 0.5) * (1 / stretch));
      sum += exact[i];
    }
    result.first[place] = first;
    result.count[place] = count;
    for (let i = 0; i < count; i++) result.weights[place * most + i] = sum === 0 ? exact[i] : exact[i] / sum;
  }
  return result;
}

/** Weights as integers. */
function fixedWeightsOf(from: number, to: number, filter: Filter): Omit<Weights, 'weights'> & { weights: Int32Array } {
  const { weights, ...places } = weightsOf(from, to, filter);
  return { ...places, weights: Int32Array.from(weights, fixed) };
}

function fixed(weight: number): number {
  const scaled = weight * (1 << PRECISION);
  return Math.trunc(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

function resizeColumns(image: Pixels, width: number, filter: Filter): Pixels {
  const { first, count, weights, most } = fixedWeightsOf(image.width, width, filter);
  const result = blank([image.height, width]);
  const from = image.data;
  const to = new Uint8ClampedArray(result.data.buffer);
  let target = 0;
  for (let row = 0; row < image.height; row++) {
    const start = row * image.width;
    for (let column = 0; column < width; column++) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let source = (start + first[column]) * 3;
      const end = column * most + count[column];
      for (let at = column * most; at < end; at++) {
        const weight = weights[at];
        red = (red + Math.imul(from[source], weight)) | 0;
        green = (green + Math.imul(from[source + 1], weight)) | 0;
        blue = (blue + Math.imul(from[source + 2], weight)) | 0;
        source += 3;
      }
      to[target] = red >> PRECISION;
      to[target + 1] = green >> PRECISION;
      to[target + 2] = blue >> PRECISION;
      target += 3;
    }
  }
  return result;
}

function resizeRows(image: Pixels, height: number, filter: Filter): Pixels {
  const { first, count, weights, most } = fixedWeightsOf(image.height, height, filter);
  const result = blank([height, image.width]);
  const from = image.data;
  const to = new Uint8ClampedArray(result.data.buffer);
  const stride = image.width * 3;
  const sums = new Int32Array(stride);
  for (let row = 0; row < height; row++) {
    sums.fill(HALF);
    for (let i = 0; i < count[row]; i++) {
      const weight = weights[row * most + i];
      const source = (first[row] + i) * stride;
      for (let x = 0; x < stride; x++) sums[x] += Math.imul(from[source + x], weight);
    }
    const target = row * stride;
    for (let x = 0; x < stride; x++) to[target + x] = sums[x] >> PRECISION;
  }
  return result;
}

function nearest(image: Pixels, size: Size): Pixels {
  const [height, width] = size;
  const result = blank(size);
  const columns = nearestPlaces(image.width, width);
  const rows = nearestPlaces(image.height, height);
  let target = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const source = (rows[row] * image.width + columns[column]) * 3;
      for (let colour = 0; colour < 3; colour++) result.data[target++] = image.data[source + colour];
    }
  }
  return result;
}

/** Accumulated step by step, as in Pillow, whose rounding decides between two pixels. */
function nearestPlaces(from: number, to: number): Int32Array {
  const step = from / to;
  let at = step * 0.5;
  return Int32Array.from({ length: to }, () => {
    const place = Math.min(from - 1, Math.trunc(at));
    at += step;
    return place;
  });
}
