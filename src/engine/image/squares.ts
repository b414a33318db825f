// T tiles of an image, S their side in pixels
import { z } from 'zod';
import { parseProcessorConfig } from '../../base/processor-config.ts';
import { withImage } from './decode.ts';
import type { Pixels, Size } from './pixels.ts';
import type { ImageProcessor } from './processor.ts';
import { resize, type Resample } from './resize.ts';
import { cutSquares } from './tiles.ts';
import { squareValues, STANDARD, valueKeys, valueTables } from './pixel-values.ts';

/** Maximum side of a resized image, as in the reference. */
const MOST_SIDE = 4096;
/** Maximum tiles along a side; published models have four or five. */
const MOST_SQUARES = 32;

const side = z.int().positive();
const schema = z
  .looseObject({
    do_resize: z.boolean().default(true),
    size: z
      .union([z.looseObject({ longest_edge: side.max(MOST_SIDE) }), z.looseObject({ height: side, width: side })])
      .default({ longest_edge: 1456 }),
    resample: z.literal([0, 1, 2, 3, 4, 5]).default(1),
    do_image_splitting: z.boolean().default(true),
    max_image_size: z.looseObject({ longest_edge: side.max(2048) }).default({ longest_edge: 364 }),
    ...valueKeys,
  })
  .superRefine(({ size, max_image_size: { longest_edge: square } }, context) => {
    const longest = 'longest_edge' in size ? (size.longest_edge as number) : Math.max(size.height, size.width);
    if (longest > MOST_SQUARES * square) {
      const message = `makes more than ${MOST_SQUARES} squares of max_image_size along a side`;
      context.addIssue({ code: 'custom', path: ['size'], message });
    }
  });

type Settings = z.output<typeof schema>;

/** Rows and columns of tiles; zero for an image that is a single tile. */
export type Grid = readonly [rows: number, columns: number];

/**
 * Idefics3's processor: scales an image to a longest edge, then to whole tiles, which are cut row by row; the last tile
 * is the whole image. → [T, 3, S, S] with its grid
 * @throws AttuneError E_CONFIG_BAD
 */
export function squareProcessor(config: Readonly<Record<string, unknown>>): ImageProcessor {
  const settings = parseProcessorConfig(schema, config);
  const tables = valueTables(settings, STANDARD);
  return {
    process: (bytes, name) =>
      withImage(bytes, name, (image) => {
        const { squares, grid } = squaresOf(resized(image, settings), settings);
        return { ...squareValues(squares, tables), grid };
      }),
  };
}

function resized(image: Pixels, { do_resize: isWanted, size, resample }: Settings): Pixels {
  if (!isWanted) return image;
  const wanted =
    'longest_edge' in size ? sizeFor(image, size.longest_edge as number) : ([size.height, size.width] as const);
  return resize(image, wanted, resample);
}

/** Scales the longer side to `longest`, and rounds the other one to an even number. */
function sizeFor({ width, height }: Pixels, longest: number): Size {
  const ratio = width / height;
  const even = (length: number) => Math.max(1, length + (length % 2));
  return width >= height ? [even(Math.trunc(longest / ratio)), longest] : [longest, even(Math.trunc(longest * ratio))];
}

function squaresOf(image: Pixels, settings: Settings): { squares: Pixels[]; grid: Grid } {
  const { max_image_size: maximum, resample, do_image_splitting: isSplit } = settings;
  const { longest_edge: square } = maximum;
  const whole = (pixels: Pixels) => resize(pixels, [square, square], resample);
  if (!isSplit) return { squares: [whole(image)], grid: [0, 0] };
  const enlarged = inSquares(image, square, resample);
  const [rows, columns] = [enlarged.height / square, enlarged.width / square];
  if (rows === 1 && columns === 1) return { squares: [enlarged], grid: [0, 0] };
  const parts = cutSquares(enlarged, [square, square]);
  return { squares: [...parts, whole(enlarged)], grid: [rows, columns] };
}

/** Rounds both sides up to multiples of the tile size, the longer one first, then the shorter one by the aspect ratio. */
function inSquares(image: Pixels, square: number, resample: Resample): Pixels {
  const { width, height } = image;
  const ratio = width / height;
  const upTo = (length: number) => Math.ceil(length / square) * square;
  const longer = upTo(Math.max(width, height));
  const size: Size =
    width >= height ? [upTo(Math.trunc(longer / ratio)), longer] : [longer, upTo(Math.trunc(longer * ratio))];
  return resize(image, size, resample);
}
