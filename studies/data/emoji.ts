import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { fetchNpmPackage, type NpmPackage } from '../../src/app/fetch/npm-package.ts';
import { filesOfTarball } from '../../src/app/fetch/tar.ts';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import type { Setting } from '../example.ts';
import { writeRows } from '../rows.ts';

/** The vendor of the pictures in each split. */
const VENDORS: Readonly<Record<'train' | 'test', NpmPackage>> = {
  train: {
    name: 'emoji-datasource-twitter',
    version: '16.0.0',
    integrity: 'sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==',
  },
  test: {
    name: 'emoji-datasource-google',
    version: '16.0.0',
    integrity: 'sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==',
  },
};

/** An entry of emoji.json. */
interface Emoji {
  /** Name of the image file. */
  image: string;
  category: string;
  has_img_twitter: boolean;
  has_img_google: boolean;
}

/** Emoji in Unicode's categories, in Twitter's drawings for training and Google's for the test, on white. */
export async function fetchEmoji(setting: Setting): Promise<Record<'train' | 'test', string>> {
  const folder = join(setting.folder, 'emoji');
  if (!existsSync(folder)) {
    const [twitter, google] = await Promise.all(
      [VENDORS.train, VENDORS.test].map(async (vendor) =>
        filesOfTarball(await fetchNpmPackage(join(setting.folder, 'npm'), vendor, setting)),
      ),
    );
    const known = drawnByBoth(JSON.parse(twitter('package/emoji.json').toString('utf8')) as Emoji[]);
    await writeWholeFolder(folder, async (draft) => {
      await writePictures(draft, 'train', { known, read: (image) => twitter(`package/img/twitter/64/${image}`) });
      await writePictures(draft, 'test', { known, read: (image) => google(`package/img/google/64/${image}`) });
    });
  }
  return { train: join(folder, 'train.jsonl'), test: join(folder, 'test.jsonl') };
}

/** Skin tones and hair alone are a category of five pictures, too few for any split. */
function drawnByBoth(all: readonly Emoji[]): Emoji[] {
  return all.filter((one) => one.has_img_twitter && one.has_img_google && one.category !== 'Component');
}

async function writePictures(
  folder: string,
  split: string,
  { known, read }: { known: readonly Emoji[]; read: (image: string) => Buffer },
): Promise<void> {
  makeFolders(join(folder, split));
  const rows = [];
  for (const { image, category } of known) {
    const path = join(split, image);
    const opaque = sharp(read(image)).flatten({ background: '#ffffff' });
    writeFileAtomic(join(folder, path), await opaque.png().toBuffer());
    rows.push({ image: path, label: category });
  }
  writeRows(join(folder, `${split}.jsonl`), rows);
}
