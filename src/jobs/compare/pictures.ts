import { readFile } from 'node:fs/promises';
import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/index.ts';
import { thumbnail } from '../../engine/image/index.ts';
import type { Samples } from '../../store/results.ts';
import { imagesIn } from '../../models/text/index.ts';

const SIDE = 128;
/** Limited to the first rows, so that the report stays small enough to send. */
const MOST = 200;

/** Adds thumbnails to sampled rows with images, so that the report is self-contained. */
export async function withPictures(samples: Samples, examples: readonly Example[]): Promise<Samples> {
  const byId = new Map(examples.map((example) => [example.id, example]));
  const rows = [];
  for (const [index, row] of samples.rows.entries()) {
    const picture = index < MOST ? await pictureOf(byId.get(row.id)) : undefined;
    rows.push(picture === undefined ? row : { ...row, picture });
  }
  return { ...samples, rows };
}

async function pictureOf(example: Example | undefined): Promise<string | undefined> {
  const path = example && imageIn(example);
  if (path === undefined) return undefined;
  try {
    return await thumbnail(await readFile(path), path, SIDE);
  } catch (error) {
    // If the file is missing or broken, the row shows its name.
    if (error instanceof AttuneError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

/** The row's image, or the first image of a conversation. */
function imageIn(example: Example): string | undefined {
  if (example.kind === 'chat') return imagesIn(example.messages)[0]?.path;
  return 'media' in example && example.media?.kind === 'image' ? example.media.path : undefined;
}
