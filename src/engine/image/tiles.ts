// T tiles of an image, Y and X their height and width
import { z } from 'zod';
import { parseProcessorConfig } from '../../base/processor-config.ts';
import { withImage } from './decode.ts';
import { cut, type Pixels, type Size } from './pixels.ts';
import type { ImageProcessor } from './processor.ts';
import { resize } from './resize.ts';
import { OPENAI, squareValues, valueKeys, valueTables } from './pixel-values.ts';

const side = z.int().positive().max(2048);
/** Published models have at most twelve. */
const tiles = z.int().positive().max(64);

const schema = z.looseObject({
  do_resize: z.boolean().default(true),
  size: z.looseObject({ height: side, width: side }).default({ height: 384, width: 384 }),
  resample: z.literal([0, 1, 2, 3, 4, 5]).default(3),
  min_patches: tiles.default(1),
  max_patches: tiles.default(12),
  ...valueKeys,
});

/**
 * GOT-OCR's processor, also InternVL's: cuts an image into the tiling closest to its aspect ratio, followed by the
 * whole image. → [T, 3, Y, X]
 * @throws AttuneError E_CONFIG_BAD
 */
export function tileProcessor(config: Readonly<Record<string, unknown>>, isCut: boolean): ImageProcessor {
  const settings = parseProcessorConfig(schema, config);
  const { resample, min_patches: least, max_patches: most } = settings;
  const tables = valueTables(settings, OPENAI);
  const tile: Size = [settings.size.height, settings.size.width];
  return {
    process: (bytes, name) =>
      withImage(bytes, name, (image) => {
        if (!isCut || most === 1)
          return squareValues([settings.do_resize ? resize(image, tile, resample) : image], tables);
        const [rows, columns] = tilingOf(image, { tile, least, most });
        const parts = cutSquares(resize(image, [rows * tile[0], columns * tile[1]], resample), tile);
        return squareValues([...parts, ...(parts.length > 1 ? [resize(image, tile, resample)] : [])], tables);
      }),
  };
}

/** Tiling closest to an image's aspect ratio; in a tie the larger one, unless it has more than twice the image's pixels. */
export function tilingOf(
  { height, width }: Pixels,
  { tile, least, most }: { tile: Size; least: number; most: number },
): Size {
  let best: Size = [1, 1];
  let nearest = Infinity;
  for (const [rows, columns] of tilings(least, most)) {
    const difference = Math.abs(width / height - columns / rows);
    const isWorth = height * width > 0.5 * tile[0] * tile[1] * rows * columns;
    if (difference < nearest || (difference === nearest && isWorth)) best = [rows, columns];
    nearest = Math.min(nearest, difference);
  }
  return best;
}

/** Sorted by number of tiles, then by number of columns. */
function tilings(least: number, most: number): Size[] {
  const all: Size[] = [];
  for (let columns = 1; columns <= most; columns++)
    for (let rows = 1; rows * columns <= most; rows++) if (rows * columns >= least) all.push([rows, columns]);
  return all.toSorted((a, b) => a[0] * a[1] - b[0] * b[1]);
}

/** Cuts an image into tiles of a given size, row by row. */
export function cutSquares(image: Pixels, size: Size): Pixels[] {
  const [rows, columns] = [image.height / size[0], image.width / size[1]];
  return Array.from({ length: rows * columns }, (_, place) =>
    cut(image, { top: Math.floor(place / columns) * size[0], left: (place % columns) * size[1], size }),
  );
}
