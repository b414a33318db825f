import type { Sharp, SharpOptions } from 'sharp';
import { Allowance } from '../../base/allowance.ts';
import { AttuneError } from '../../base/errors.ts';
import { withFeature } from '../../base/optional-packages.ts';
import type { Pixels } from './pixels.ts';

/** Pillow's limit against decompression bombs: 179 million pixels. */
const MOST_PIXELS = 178_956_970;

/** Limits the pixels of all images in memory: each takes three bytes, and twice that during rotation. */
const allowance = new Allowance(MOST_PIXELS);

/** Decodes an image via `withImage`. */
export function decodeImage(bytes: Uint8Array, name: string): Promise<Pixels> {
  return withImage(bytes, name, (pixels) => pixels);
}

/**
 * Decodes PNG, JPEG, WebP, GIF (first picture), TIFF and AVIF as Pillow's `exif_transpose` and `convert('RGB')` do:
 * rotated by EXIF, alpha dropped, grey as three equal channels, colour profiles ignored, CMYK by the plain formula.
 * 16-bit samples keep their upper eight bits, grey too, where Pillow would clip at 255. The name is used in errors.
 * Large images are in memory one after the other, each until `use` is done with its pixels.
 * @throws AttuneError E_IMAGE_BAD, E_IMAGE_LARGE
 */
export async function withImage<Result>(
  bytes: Uint8Array,
  name: string,
  use: (pixels: Pixels) => Result | Promise<Result>,
): Promise<Result> {
  const failed = (error: unknown): never => {
    throw error instanceof AttuneError ? error : unreadable(name, error as Error);
  };
  const { space, width, height } = await metadata(bytes).catch(failed);
  if (width * height > MOST_PIXELS) throw tooLarge(name, `${width} × ${height} pixels`);
  return allowance.use(width * height, async () =>
    use(await (space === 'cmyk' ? decodeCmyk(bytes) : decodeColours(bytes)).catch(failed)),
  );
}

async function metadata(bytes: Uint8Array): ReturnType<Sharp['metadata']> {
  return (await open(bytes)).metadata();
}

/** sharp is loaded with the first image, since loading takes as long as 200 of our files. */
async function open(bytes: Uint8Array, options: SharpOptions = {}): Promise<Sharp> {
  const { sharp } = await withFeature('images', () => import('../../files/image-library.ts'));
  // Damaged and truncated files fail; warnings are ignored.
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, ignoreIcc: true, ...options });
}

async function decodeColours(bytes: Uint8Array): Promise<Pixels> {
  const oriented = (await open(bytes)).autoOrient().removeAlpha().toColourspace('srgb');
  const { data, info } = await oriented.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { width, height, data };
  const colours = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) colours.fill(data[pixel * channels], pixel * 3, pixel * 3 + 3);
  return { width, height, data: colours };
}

async function decodeCmyk(bytes: Uint8Array): Promise<Pixels> {
  const inks = (await open(bytes)).pipelineColourspace('cmyk').autoOrient().toColourspace('cmyk');
  const { data, info } = await inks.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const colours = new Uint8ClampedArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const white = 255 - data[pixel * channels + 3];
    for (let colour = 0; colour < 3; colour++) {
      colours[pixel * 3 + colour] = white - share(data[pixel * channels + colour], white);
    }
  }
  return { width, height, data: new Uint8Array(colours.buffer) };
}

/** first · second / 255, rounded as in Pillow. */
function share(first: number, second: number): number {
  const product = first * second + 128;
  return ((product >> 8) + product) >> 8;
}

function tooLarge(name: string, got: string): AttuneError {
  return new AttuneError('E_IMAGE_LARGE', {
    what: `The image ${name} is too large`,
    got,
    expected: `at most ${MOST_PIXELS} pixels`,
    fix: 'make it smaller, or delete its row',
  });
}

function unreadable(name: string, cause: Error): AttuneError {
  return new AttuneError('E_IMAGE_BAD', {
    what: `The image ${name} cannot be read`,
    got: cause.message.replaceAll(/\s+/g, ' ').trim(),
    expected: 'a whole PNG, JPEG, WebP, GIF, TIFF or AVIF file',
    fix: 'fetch or export it again, or delete its row',
    cause,
  });
}
