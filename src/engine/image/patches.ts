// P patches of all parts of an image, V values of a patch
/** Processors of variable-size images, which are cut into patches. */
import { z } from 'zod';
import type { Features } from '../../base/features.ts';
import { parseProcessorConfig } from '../../base/processor-config.ts';
import { table } from '../../base/table.ts';
import { withImage } from './decode.ts';
import type { Pixels, Size } from './pixels.ts';
import type { ImageProcessor } from './processor.ts';
import { resize } from './resize.ts';
import { cutSquares, tilingOf } from './tiles.ts';
import { checkedSize, OPENAI, STANDARD, valueKeys, valueTables } from './pixel-values.ts';

type Config = Readonly<Record<string, unknown>>;

const count = z.int().positive();
/** Maximum patches of an image, checked before allocating memory. */
const MOST_PATCHES = 1 << 18;

/** Layout of patches. */
interface PatchForm {
  /** Pixels along a patch's side. */
  patch: number;
  /** Patches along the side of a group, whose patches are contiguous; 1: row by row. */
  group: number;
  /** Repetitions of each patch, for models that read pairs of frames. */
  times: number;
  /** Whether a pixel's colours are adjacent. */
  isByPixel: boolean;
}

/** An image before it is cut into patches: its parts, and the rows and columns of tiles that precede the whole image. */
interface Parts {
  parts: readonly Pixels[];
  grid?: Size;
}

interface Settings {
  form: PatchForm;
  tables: readonly Float32Array[];
  partsOf(image: Pixels, name: string): Parts;
}

const resample = z.literal([0, 1, 2, 3, 4, 5]);
const shared = (filter: z.output<typeof resample>) => ({
  do_resize: z.boolean().default(true),
  resample: resample.default(filter),
  ...valueKeys,
});

/** Supported kinds, by `image_processor_type` without its suffix; `group`: patches along a token's side. */
const kinds: Readonly<Record<string, (config: Config, group: number) => Settings>> = table({
  Qwen2VL: pairs,
  Pixtral: pixtral,
  Gemma4: gemma4,
  Lfm2Vl: lfm2,
  Siglip2: siglip2,
});

export const patchKinds: readonly string[] = Object.keys(kinds);

/** Processor that returns an image's patches [P, V], with rows and columns of each part. @throws AttuneError E_CONFIG_BAD */
export function patchProcessor(kind: string, config: Config, group: number): ImageProcessor {
  const { form, tables, partsOf } = kinds[kind](config, group);
  return {
    process: (bytes, name) =>
      withImage(bytes, name, (image) => {
        const { parts, grid } = partsOf(image, name);
        return { ...patchesOf(parts, form, tables), ...(grid && { grid: [grid[0], grid[1]] as const }) };
      }),
  };
}

function patchesOf(parts: readonly Pixels[], form: PatchForm, tables: readonly Float32Array[]): Features {
  const { patch, times } = form;
  const whole = (side: number) => Math.floor(side / patch / form.group) * form.group;
  const grids = parts.map(({ height, width }): Size => [whole(height), whole(width)]);
  const patches = grids.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
  const size = 3 * times * patch ** 2;
  const data = new Float32Array(patches * size);
  let next = 0;
  for (const [i, part] of parts.entries())
    for (const [row, column] of placesOf(grids[i], form.group)) {
      writePatch(data.subarray(next, next + size), part, { top: row * patch, left: column * patch, form, tables });
      next += size;
    }
  return { shape: [patches, size], grids, data };
}

function* placesOf([rows, columns]: Size, group: number): Generator<Size> {
  for (let top = 0; top < rows; top += group)
    for (let left = 0; left < columns; left += group)
      for (let row = top; row < top + group; row++)
        for (let column = left; column < left + group; column++) yield [row, column];
}

interface Cut {
  top: number;
  left: number;
  form: PatchForm;
  tables: readonly Float32Array[];
}

function writePatch(to: Float32Array, { width, data }: Pixels, { top, left, form, tables }: Cut): void {
  const { patch, times, isByPixel } = form;
  const area = patch ** 2;
  for (let y = 0; y < patch; y++)
    for (let x = 0; x < patch; x++) {
      const source = ((top + y) * width + left + x) * 3;
      const place = y * patch + x;
      for (let colour = 0; colour < 3; colour++) {
        const value = tables[colour][data[source + colour]];
        if (isByPixel) to[place * 3 + colour] = value;
        else for (let time = 0; time < times; time++) to[(colour * times + time) * area + place] = value;
      }
    }
}

/** A single part, resized depending on the image's size. */
function whole(
  settings: { do_resize: boolean; resample: z.output<typeof resample> },
  sizeFor: (image: Pixels, name: string) => Size,
) {
  return (image: Pixels, name: string): Parts => ({
    parts: [settings.do_resize ? resize(image, checkedSize(sizeFor(image, name), name), settings.resample) : image],
  });
}

/** Qwen2-VL: as many whole groups of patches as fit between a minimum and a maximum number of pixels. */
function pairs(config: Config): Settings {
  const settings = parseProcessorConfig(
    z.looseObject({
      ...shared(3),
      patch_size: count.default(14),
      merge_size: count.default(2),
      temporal_patch_size: count.default(2),
      min_pixels: count.nullish(),
      max_pixels: count.nullish(),
      size: z.looseObject({ shortest_edge: count.nullish(), longest_edge: count.nullish() }).nullish(),
    }),
    config,
  );
  const { patch_size: patch, merge_size: group, size } = settings;
  const least = settings.min_pixels ?? size?.shortest_edge ?? 56 * 56;
  const most = Math.min(settings.max_pixels ?? size?.longest_edge ?? 28 * 28 * 1280, MOST_PATCHES * patch ** 2);
  return {
    form: { patch, group, times: settings.temporal_patch_size, isByPixel: false },
    tables: valueTables(settings, OPENAI),
    partsOf: whole(settings, (image) => sizeBetween(image, { unit: patch * group, nearest: 0, least, most })),
  };
}

/** Multiples of `unit` whose product is between the limits, with about the same aspect ratio. */
function sizeBetween(
  { height, width }: Pixels,
  { unit, nearest, least, most }: { unit: number; nearest: number; least: number; most: number },
): Size {
  const sides = [height, width];
  const near = sides.map((side) => Math.max(nearest, roundToEven(side / unit) * unit));
  const [area, wanted] = [height * width, near[0] * near[1]];
  if (wanted > most) {
    const shrink = Math.sqrt(area / most);
    return sides.map((side) => Math.max(unit, Math.floor(side / shrink / unit) * unit)) as unknown as Size;
  }
  if (wanted >= least) return near as unknown as Size;
  const stretch = Math.sqrt(least / area);
  return sides.map((side) => Math.ceil((side * stretch) / unit) * unit) as unknown as Size;
}

/** Python's rounding: halves go to even. */
function roundToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** Pixtral: limits the longest side, and rounds to whole groups of patches. */
function pixtral(config: Config, group: number): Settings {
  const settings = parseProcessorConfig(
    z.looseObject({
      ...shared(3),
      patch_size: z.union([count, z.looseObject({ height: count, width: count })]).default(16),
      size: z
        .union([z.looseObject({ longest_edge: count }), z.looseObject({ height: count, width: count })])
        .default({ longest_edge: 1024 }),
    }),
    config,
  );
  const patch = typeof settings.patch_size === 'number' ? settings.patch_size : settings.patch_size.height;
  const { size } = settings;
  const most =
    'longest_edge' in size ? [size.longest_edge as number, size.longest_edge as number] : [size.height, size.width];
  const unit = patch * group;
  return {
    form: { patch, group: 1, times: 1, isByPixel: false },
    tables: valueTables(settings, OPENAI),
    partsOf: whole(settings, ({ height, width }) => {
      const ratio = Math.max(height / most[0], width / most[1], 1);
      const upTo = (side: number) => Math.ceil(Math.floor(side / ratio) / unit) * unit;
      return [Math.max(unit, upTo(height)), Math.max(unit, upTo(width))];
    }),
  };
}

/** SigLIP 2: at most a given number of patches, with about the same aspect ratio; bisects for the scale as the reference does. */
function siglip2(config: Config): Settings {
  const settings = parseProcessorConfig(
    z.looseObject({
      ...shared(2),
      patch_size: count.default(16),
      max_num_patches: count.max(MOST_PATCHES).default(256),
    }),
    config,
  );
  const { patch_size: patch, max_num_patches: most } = settings;
  const resized = whole(settings, ({ height, width }) => {
    const sideAt = (side: number, scale: number) => Math.max(1, Math.ceil((side * scale) / patch));
    let [low, high] = [1e-6, 100];
    while (high - low >= 1e-5) {
      const middle = (low + high) / 2;
      [low, high] = sideAt(height, middle) * sideAt(width, middle) <= most ? [middle, high] : [low, middle];
    }
    return [sideAt(height, low) * patch, sideAt(width, low) * patch];
  });
  return {
    form: { patch, group: 1, times: 1, isByPixel: true },
    tables: valueTables(settings, STANDARD),
    partsOf(image, name) {
      const [part] = resized(image, name).parts;
      return { parts: [part], grid: [Math.floor(part.height / patch), Math.floor(part.width / patch)] };
    },
  };
}

/** Gemma 4: as many groups of patches as the maximum number of tokens allows. */
function gemma4(config: Config): Settings {
  const settings = parseProcessorConfig(
    z.looseObject({
      ...shared(3),
      do_normalize: z.boolean().default(false),
      patch_size: count.default(16),
      pooling_kernel_size: count.default(3),
      max_soft_tokens: count.max(MOST_PATCHES / 16).default(280),
    }),
    config,
  );
  const { patch_size: patch, pooling_kernel_size: group, max_soft_tokens: most } = settings;
  const unit = patch * group;
  return {
    form: { patch, group: 1, times: 1, isByPixel: true },
    tables: valueTables(settings, { image_mean: [0, 0, 0], image_std: [1, 1, 1] }),
    partsOf: whole(settings, ({ height, width }) => {
      const factor = Math.sqrt((most * unit ** 2) / (height * width));
      const [rows, columns] = [height, width].map((side) => Math.floor((factor * side) / unit));
      // An extremely narrow image becomes a single row or column of groups.
      if (rows === 0) return [unit, Math.min(Math.floor(width / height), most) * unit];
      if (columns === 0) return [Math.min(Math.floor(height / width), most) * unit, unit];
      return [rows * unit, columns * unit];
    }),
  };
}

/** LFM2-VL: large images are cut into tiles, followed by the whole image; smaller ones are kept whole. */
function lfm2(config: Config): Settings {
  const settings = parseProcessorConfig(
    z.looseObject({
      ...shared(2),
      downsample_factor: count.default(2),
      do_image_splitting: z.boolean().default(true),
      min_tiles: count.default(2),
      max_tiles: count.max(64).default(10),
      use_thumbnail: z.boolean().default(true),
      min_image_tokens: count.default(64),
      max_image_tokens: count.max(MOST_PATCHES / 16).default(256),
      encoder_patch_size: count.default(16),
      tile_size: count.max(2048).default(512),
      max_pixels_tolerance: z.number().positive().default(2),
    }),
    config,
  );
  const { encoder_patch_size: patch, downsample_factor: group, tile_size: tile, resample: filter } = settings;
  const unit = patch * group;
  const [least, most] = [settings.min_image_tokens, settings.max_image_tokens].map((tokens) => tokens * unit ** 2);
  return {
    form: { patch, group: 1, times: 1, isByPixel: true },
    tables: valueTables(settings, STANDARD),
    partsOf(image, name) {
      const small = () =>
        resize(image, checkedSize(sizeBetween(image, { unit, nearest: unit, least, most }), name), filter);
      const [height, width] = [image.height, image.width].map((side) =>
        Math.max(patch, roundToEven(side / unit) * unit),
      );
      const isLarge = height * width > most * settings.max_pixels_tolerance;
      if (!isLarge || !settings.do_image_splitting) return { parts: [small()] };
      const grid = tilingOf(image, { tile: [tile, tile], least: settings.min_tiles, most: settings.max_tiles });
      const tiles = cutSquares(resize(image, [grid[0] * tile, grid[1] * tile], filter), [tile, tile]);
      return { parts: [...tiles, ...(settings.use_thumbnail && tiles.length > 1 ? [small()] : [])], grid };
    },
  };
}
