import { z } from 'zod';
import type { Features } from '../../base/features.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Pixels, Size } from './pixels.ts';

// Bounds that keep values within f32 after a division.
const value = z.number().min(-1e6).max(1e6);
const colours = z.array(value).length(3);
const deviations = z.array(z.number().min(1e-6).max(1e6)).length(3);

/** preprocessor_config.json keys for rescaling and normalisation. */
export const valueKeys = {
  do_rescale: z.boolean().default(true),
  rescale_factor: value.default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: colours.nullish(),
  image_std: deviations.nullish(),
};

/** Mean and standard deviation of 0.5. */
export const STANDARD = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

/** CLIP's means and standard deviations. */
export const OPENAI = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** Pixel limit for narrow images whose shorter side is scaled up. */
const MOST_PIXELS = 1 << 26;

/** ImageNet's means and standard deviations. */
export const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };

/** Checks a target size. @throws AttuneError E_IMAGE_LARGE */
export function checkedSize([height, width]: Size, name: string): Size {
  if (height * width <= MOST_PIXELS) return [height, width];
  throw new AttuneError('E_IMAGE_LARGE', {
    what: `The image ${name} is too long and narrow: scaling up its shorter side makes it too large`,
    got: `${width} × ${height} pixels after scaling`,
    expected: `at most ${MOST_PIXELS} pixels`,
    fix: 'crop it, or delete its row',
  });
}

type ValueSettings = z.output<z.ZodObject<typeof valueKeys>>;
type Defaults = Readonly<Record<'image_mean' | 'image_std', readonly number[]>>;

/** Normalises a value in the byte range, in single precision like the reference. */
function numberOf(settings: ValueSettings, defaults: Defaults): (value: number, colour: number) => number {
  const mean = settings.image_mean ?? defaults.image_mean;
  const std = settings.image_std ?? defaults.image_std;
  const { fround } = Math;
  return (value, colour) => {
    const scaled = settings.do_rescale ? fround(value * settings.rescale_factor) : value;
    return settings.do_normalize ? fround(scaled - fround(mean[colour])) / fround(std[colour]) : scaled;
  };
}

/** Lookup table for the 256 values of each colour: [3, 256]. */
export function valueTables(settings: ValueSettings, defaults: Defaults): Float32Array[] {
  const number = numberOf(settings, defaults);
  return [0, 1, 2].map((colour) => Float32Array.from({ length: 256 }, (_, byte) => number(byte, colour)));
}

/** Normalises values [height, width, 3] in the byte range: [3, height, width] */
export function exactValues(
  values: Float32Array,
  [height, width]: Size,
  { settings, defaults }: { settings: ValueSettings; defaults: Defaults },
): Features {
  const number = numberOf(settings, defaults);
  const area = height * width;
  const data = Float32Array.from({ length: 3 * area }, (_, place) => {
    const colour = Math.floor(place / area);
    return number(values[(place % area) * 3 + colour], colour);
  });
  return { shape: [3, height, width], data };
}

/** Normalises an image: [3, height, width] */
export function valuesOf(pixels: Pixels, tables: readonly Float32Array[]): Features {
  const { width, height } = pixels;
  const data = new Float32Array(3 * height * width);
  writeValues(data, pixels, tables);
  return { shape: [3, height, width], data };
}

/** Writes an image's normalised values, channel by channel, to the start of `values`. */
function writeValues(values: Float32Array, { width, height, data }: Pixels, tables: readonly Float32Array[]): void {
  const count = width * height;
  for (const [colour, table] of tables.entries()) {
    const start = colour * count;
    for (let pixel = 0; pixel < count; pixel++) values[start + pixel] = table[data[pixel * 3 + colour]];
  }
}

/** Normalises images of equal size: [T, 3, height, width] */
export function squareValues(squares: readonly Pixels[], tables: readonly Float32Array[]): Features {
  const [{ width, height }] = squares;
  const size = 3 * width * height;
  const data = new Float32Array(squares.length * size);
  for (const [i, square] of squares.entries()) writeValues(data.subarray(i * size), square, tables);
  return { shape: [squares.length, 3, height, width], data };
}
