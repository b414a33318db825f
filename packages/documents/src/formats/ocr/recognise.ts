/** Recognises text in pictures with Tesseract and its bundled English data. */
import { dirname, join } from 'node:path';
import { featureFile, withFeature } from '@attune/base/optional-packages';
import type { ReadContext } from '../../reader.ts';

export interface Picture {
  data: Uint8Array | Uint8ClampedArray;
  /** For raw pixels. */
  raw?: { width: number; height: number; channels: 1 | 3 | 4 };
}

/** Smaller pictures are logos and rules. */
const LEAST_PIXELS = 200;
/** Words with a lower confidence are guesses; a page of them is not text. */
const LEAST_CONFIDENCE = 40;

/** The text of pictures, in order. */
export async function recogniseImages(pictures: readonly Picture[], context: ReadContext): Promise<string> {
  const { sharp } = await withFeature('ocr', () => import('@attune/files/image-library'));
  const worker = await openWorker(context);
  try {
    const texts: string[] = [];
    for (const { data, raw } of pictures) {
      context.alive();
      const image = sharp(data, raw === undefined ? {} : { raw });
      const { width = 0, height = 0 } = await image.metadata();
      if (Math.min(width, height) < LEAST_PIXELS / 4 || Math.max(width, height) < LEAST_PIXELS) continue;
      const { data: found } = await worker.recognize(await image.greyscale().png().toBuffer());
      if (found.confidence < LEAST_CONFIDENCE)
        context.notes.add('pictures in which no text was recognised with confidence');
      else texts.push(found.text.trim());
    }
    return texts.filter((text) => text !== '').join('\n\n');
  } finally {
    await worker.terminate();
  }
}

async function openWorker({ folder }: ReadContext) {
  const { createWorker, OEM } = await withFeature('ocr', () => import('tesseract.js'));
  const data = dirname(featureFile('ocr', '@tesseract.js-data/eng/package.json'));
  return createWorker('eng', OEM.LSTM_ONLY, {
    langPath: join(data, '4.0.0_best_int'),
    cachePath: folder,
    gzip: true,
    logger: () => undefined,
  });
}
