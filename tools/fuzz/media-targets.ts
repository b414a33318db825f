/** Images, recordings, and the files with their preprocessing settings. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { decodeAudio } from '../../src/engine/audio/index.ts';
import { readJsonObject } from '../../src/files/json-object.ts';
import { decodeImage, imageProcessor } from '../../src/engine/image/index.ts';
import { mutateBytes } from './mutate.ts';
import { damageJson, json, place, requireSound, type Target } from './target.ts';

export const image: Target = {
  async seeds() {
    const pixels = { create: { width: 24, height: 17, channels: 3 as const, background: '#aa5500' } };
    const formats = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const;
    return Promise.all(formats.map((format) => sharp(pixels).toFormat(format).toBuffer()));
  },
  damage: mutateBytes,
  async read(bytes) {
    const { width, height, data } = await decodeImage(bytes, 'x.png');
    requireSound(width > 0 && height > 0 && data.length === width * height * 3, `${width} × ${height}`);
  },
};

export const preprocessor: Target = {
  seeds: () =>
    ['clip', 'vit'].map((name) =>
      json({
        image_processor_type: name === 'clip' ? 'CLIPImageProcessor' : 'ViTImageProcessor',
        size: { shortest_edge: 24 },
        crop_size: { height: 16, width: 16 },
        do_resize: true,
        resample: 3,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.5, 0.5, 0.5],
      }),
    ),
  damage: damageJson,
  async read(bytes, folder) {
    const value = readJsonObject(place(folder, 'preprocessor_config.json', bytes));
    const pixels = { create: { width: 20, height: 10, channels: 3 as const, background: '#123456' } };
    const { shape, data } = await imageProcessor(value).process(await sharp(pixels).png().toBuffer(), 'x.png');
    requireSound(shape.every((size) => size > 0) && data.length < 2 ** 28, shape.join(' × '));
  },
};

export const audio: Target = {
  seeds: () => ['wav', 'flac', 'mp3', 'ogg', 'opus'].map((ending) => readFileSync(`fixtures/audio/tone.${ending}`)),
  damage: mutateBytes,
  async read(bytes) {
    const { samples, rate } = (await decodeAudio(bytes)) as unknown as { samples?: Float32Array; rate?: number };
    requireSound(rate === undefined || (rate > 0 && rate < 1e7), `a rate of ${rate}`);
    requireSound(samples === undefined || samples.length < 2 ** 30, 'samples without end');
  },
};
