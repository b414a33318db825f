import { z } from 'zod';
import type { Features } from '../../base/features.ts';
import type { Pixels } from './pixels.ts';

// Within what f32 can hold after a division.
const value = z.number().min(-1e6).max(1e6);
const colours = z.array(value).length(3);
const deviations = z.array(z.number().min(1e-6).max(1e6)).length(3);

/** Keys of preprocessor_config.json that say what number a byte becomes. */
export const valueKeys = {
  do_rescale: z.boolean().default(true),
  rescale_factor: value.default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: colours.nullish(),
  image_std: deviations.nullish(),
};

/** Means and deviations of half the range. */
export const STANDARD = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

/** Lookup table from each of the 256 values of each colour, in the reference's single-precision steps: [3, 256]. */
export function valueTables(
  settings: z.output<z.ZodObject<typeof valueKeys>>,
  defaults: { image_mean: readonly number[]; image_std: readonly number[] },
): Float32Array[] {
  const mean = settings.image_mean ?? defaults.image_mean;
  const std = settings.image_std ?? defaults.image_std;
  const { fround } = Math;
  return mean.map((_, colour) =>
    Float32Array.from({ length: 256 }, (_value, byte) => {
      const scaled = settings.do_rescale ? fround(byte * settings.rescale_factor) : byte;
      return settings.do_normalize ? fround(scaled - fround(mean[colour])) / fround(std[colour]) : scaled;
    }),
  );
}

/** An image as numbers: [3, height, width] */
export function valuesOf(pixels: Pixels, tables: readonly Float32Array[]): Features {
  const { width, height } = pixels;
  const data = new Float32Array(3 * height * width);
  writeValues(data, pixels, tables);
  return { shape: [3, height, width], data };
}

/** Writes an image's numbers, colour after colour, to the beginning of `values`. */
export function writeValues(
  values: Float32Array,
  { width, height, data }: Pixels,
  tables: readonly Float32Array[],
): void {
  const count = width * height;
  for (const [colour, table] of tables.entries()) {
    const start = colour * count;
    for (let pixel = 0; pixel < count; pixel++) values[start + pixel] = table[data[pixel * 3 + colour]];
  }
}
