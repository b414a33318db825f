import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { AttuneError } from '../../src/base/errors.ts';
import { fetchDebianFiles } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import type { Setting } from '../example.ts';
import { writeRows } from '../rows.ts';

const PLACE = 'usr/share/datasets/fashion-mnist';
const NAMES = 'T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Boot'.split(' ');
/** The first images of each file, which is not sorted. */
const SIZES = { train: 6000, validation: 500, test: 3000 };

export interface ImageFiles {
  train: string;
  validation: string;
  test: string;
}

/** Fashion-MNIST (Xiao et al., 2017) as PNG files, with rows `{ image, label }` that refer to them. */
export async function fetchFashion(setting: Setting): Promise<ImageFiles> {
  const folder = join(setting.folder, 'fashion');
  if (!existsSync(folder)) {
    const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];
    const paths = names.map((name) => `${PLACE}/${name}-ubyte.gz`);
    const wanted = { packageName: 'dataset-fashion-mnist', paths };
    const [images, labels, testImages, testLabels] = await fetchDebianFiles(
      join(setting.folder, 'apt'),
      wanted,
      setting,
    );
    await writeWholeFolder(folder, async (draft) => {
      const known = readIdx(gunzipSync(images), gunzipSync(labels));
      await writeImages(draft, 'train', known.slice(0, SIZES.train));
      await writeImages(draft, 'validation', known.slice(SIZES.train, SIZES.train + SIZES.validation));
      await writeImages(draft, 'test', readIdx(gunzipSync(testImages), gunzipSync(testLabels)).slice(0, SIZES.test));
    });
  }
  const file = (split: string) => join(folder, `${split}.jsonl`);
  return { train: file('train'), validation: file('validation'), test: file('test') };
}

export interface GreyImage {
  width: number;
  height: number;
  /** Row by row; 0 is black. */
  pixels: Uint8Array;
  /** Index of its class. */
  label: number;
}

/** The two files of a set in the format of LeCun's MNIST: big-endian counts, then a byte for each pixel or label. */
export function readIdx(images: Buffer, labels: Buffer): GreyImage[] {
  if (images.readUInt32BE(0) !== 0x803 || labels.readUInt32BE(0) !== 0x801) {
    throw new AttuneError('E_DATA_UNREADABLE', { what: 'The files of images and labels are no IDX files of bytes' });
  }
  const [count, height, width] = [4, 8, 12].map((offset) => images.readUInt32BE(offset));
  const size = height * width;
  if (labels.readUInt32BE(4) !== count || images.length < 16 + count * size || labels.length < 8 + count) {
    throw new AttuneError('E_DATA_UNREADABLE', { what: `The files do not hold the ${count} images that they tell of` });
  }
  return Array.from({ length: count }, (_, i) => {
    const start = 16 + i * size;
    return { width, height, pixels: images.subarray(start, start + size), label: labels[8 + i] };
  });
}

/** Paths in the rows are relative to the file of rows, which is next to the folder of images. */
async function writeImages(folder: string, split: string, images: readonly GreyImage[]): Promise<void> {
  makeFolders(join(folder, split));
  const rows = [];
  for (const [i, { width, height, pixels, label }] of images.entries()) {
    const image = join(split, `${i}.png`);
    const png = await sharp(pixels, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    writeFileAtomic(join(folder, image), png);
    rows.push({ image, label: NAMES[label] });
  }
  writeRows(join(folder, `${split}.jsonl`), rows);
}
