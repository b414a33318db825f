import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { decodeImage, imageProcessor, resize, type Resample } from '../../../src/engine/image/index.ts';

/** Pillow's results for images: fixtures/images/make.py. */
const folder = new URL('../../../fixtures/images/', import.meta.url);
const read = (name: string) => readFileSync(fileURLToPath(new URL(name, folder)));
interface Entry {
  offset: number;
  height: number;
  width: number;
}
const index = JSON.parse(read('index.json').toString()) as {
  decoded: Record<string, Entry>;
  resized: (Entry & { resample: Resample })[];
  processed: {
    config: Record<string, unknown>;
    file?: string;
    grid?: [number, number];
    shape: number[];
    offset: number;
  }[];
};

/** Results of vision-language models' processors for images (makers/today/images.py). */
const parts = JSON.parse(read('parts.json').toString()) as {
  config: Record<string, unknown>;
  model: string;
  patches: number;
  file: string;
  shape: number[];
  grid?: [number, number];
  grids: [number, number][] | null;
  steps?: number;
  within?: number;
  offset: number;
}[];

/** Largest difference from a file's bytes from an offset on. */
function furthest(got: Uint8Array, file: string, offset: number): number {
  const wanted = read(file).subarray(offset, offset + got.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
}

describe('decoding', () => {
  it.each(Object.entries(index.decoded))('%s as Pillow does', async (name, { offset, height, width }) => {
    const pixels = await decodeImage(read(`images/${name}`), name);
    expect([pixels.height, pixels.width]).toEqual([height, width]);
    expect(furthest(pixels.data, 'decoded.bin', offset)).toBe(0);
  });

  it('grey of 16 bits keeps its upper eight, where Pillow makes nearly all of it white', async () => {
    const [deep, rgb] = await Promise.all(
      ['deep-grey.png', 'rgb.png'].map((name) => decodeImage(read(`images/${name}`), name)),
    );
    const red = rgb.data.filter((_, i) => i % 3 === 0);
    for (const colour of [0, 1, 2]) expect(deep.data.filter((_, i) => i % 3 === colour)).toEqual(red);
  });

  it.each(['rgb.png', 'turned.jpg', 'progressive.jpg', 'alpha.webp', 'deep.png'])(
    '%s cut off is an error that names the file',
    async (name) => {
      const bytes = read(`images/${name}`);
      const cut = decodeImage(bytes.subarray(0, Math.floor(bytes.length * 0.6)), 'mine.png');
      await expect(cut).rejects.toMatchObject({ code: 'E_IMAGE_BAD', what: expect.stringContaining('mine.png') });
    },
  );

  it.each([
    ['text', Buffer.from('this is no image')],
    ['nothing', Buffer.alloc(0)],
    ['a PNG of 0 × 0', sizedPng(0, 0)],
  ])('%s is an error', async (_, bytes) => {
    await expect(decodeImage(bytes, 'x')).rejects.toBeInstanceOf(AttuneError);
  });

  it('an image of too many pixels is refused before it is decoded', async () => {
    await expect(decodeImage(sizedPng(60_000, 60_000), 'x')).rejects.toMatchObject({ code: 'E_IMAGE_LARGE' });
  });
});

/** rgb.png with a false size in its header. */
function sizedPng(width: number, height: number): Buffer {
  const bytes = Buffer.from(read('images/rgb.png'));
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

it.each(index.resized)('resize by filter $resample to $height × $width equals Pillow to the bit', async (entry) => {
  const image = await decodeImage(read('images/rgb.png'), 'rgb.png');
  const { data } = resize(image, [entry.height, entry.width], entry.resample);
  expect(data.length).toBe(entry.height * entry.width * 3);
  expect(furthest(data, 'resized.bin', entry.offset)).toBe(0);
});

describe('processors', () => {
  it.each(index.processed)('$config as transformers computes', async ({ config, file = 'rgb.png', ...wanted }) => {
    const { shape, grid, offset } = wanted;
    const features = await imageProcessor(config).process(read(`images/${file}`), file);
    expect([features.shape, features.grid]).toEqual([shape, grid]);
    const bytes = read('processed.bin').subarray(offset, offset + features.data.byteLength);
    expect(features.data).toEqual(new Float32Array(new Uint8Array(bytes).buffer));
  });

  it.each(parts)('$config makes the parts that $model reads', async ({ config, model, patches, file, ...wanted }) => {
    const features = await imageProcessor(config, model, patches).process(read(`images/${file}`), file);
    const { shape, grid, grids, steps = 0, within = 0 } = wanted;
    expect([features.shape, features.grid, features.grids ?? null]).toEqual([shape, grid, grids]);
    const bytes = read('parts.bin').subarray(wanted.offset, wanted.offset + features.data.byteLength);
    const values = new Float32Array(new Uint8Array(bytes).buffer);
    const furthest = values.reduce((most, value, i) => Math.max(most, Math.abs(value - features.data[i])), 0);
    // One 8-bit step in the range -1 to 1.
    expect(furthest).toBeLessThanOrEqual((steps * 2) / 255 + (steps === 0 ? within : 1e-6));
  });

  it('cuts the middle out only where its kind does', async () => {
    const config = { size: { height: 8, width: 8 }, crop_size: 6, do_center_crop: true };
    const shape = async (type: string) =>
      (await imageProcessor({ ...config, image_processor_type: type }).process(read('images/rgb.png'), 'x')).shape;
    expect(await shape('ViTImageProcessor')).toEqual([3, 8, 8]);
    expect(await shape('CLIPImageProcessor')).toEqual([3, 6, 6]);
    expect(await shape('ViTImageProcessorFast')).toEqual([3, 6, 6]);
  });

  it('leaves its kind to the type of the model where the file is silent', async () => {
    const { shape } = await imageProcessor({ size: 12 }, 'vit').process(read('images/rgb.png'), 'x');
    expect(shape).toEqual([3, 12, 12]);
    expect(() => imageProcessor({ size: 12 }, 'llama')).toThrow(/names no supported image processor/);
  });

  it('a line of pixels whose shorter side would be enlarged beyond all measure is refused', async () => {
    const line = await sharp({ create: { width: 4000, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const processor = imageProcessor({ image_processor_type: 'CLIPImageProcessor' });
    await expect(processor.process(line, 'line.png')).rejects.toMatchObject({ code: 'E_IMAGE_LARGE' });
  });

  it('an unknown kind, and keys that is invalid, are errors', () => {
    const error = (config: Record<string, unknown>) => () => imageProcessor(config);
    expect(error({ image_processor_type: 'SamImageProcessor' })).toThrow(
      /E_PROCESSOR_UNKNOWN|names no supported image processor/,
    );
    expect(error({ feature_extractor_type: 'WhisperFeatureExtractor' })).toThrow(/names no supported image processor/);
    const bad = { image_processor_type: 'ViTImageProcessor', size: { longest_edge: 8 }, resample: 9 };
    expect(error(bad)).toThrow(/is invalid/);
  });
});
