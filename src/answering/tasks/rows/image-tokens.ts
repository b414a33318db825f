import { AttuneError } from '../../../base/errors.ts';
import type { Features } from '../../../base/features.ts';
import { markNames, type ImageFile, type ImageTexts } from '../../../models/text/index.ts';
import type { MediaReader, RowReader } from './prepared-rows.ts';

/** How images are represented by tokens; undefined for models that do not read images. */
export function imageTexts({ tokenizer, media }: Pick<RowReader, 'tokenizer' | 'media'>): ImageTexts | undefined {
  if (media?.imageTokens === undefined) return undefined;
  const { id, written = id, textOf } = media.imageTokens;
  const tokenOf = (wanted: number) => tokenizer.tokenOf(wanted) ?? noToken(wanted, tokenizer.origin);
  const named = markNames(tokenizer);
  const image = tokenOf(id);
  return {
    token: tokenOf(written),
    id,
    image,
    async textsOf(files) {
      const texts: string[] = [];
      // Sequentially, since decoded images are large.
      for (const file of files) texts.push(textOf(await squaresOf(file, media), { image, textOf: tokenOf, named }));
      return texts;
    },
  };
}

function noToken(id: number, origin: string): never {
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `The tokenizer of ${origin} lacks an image token that config.json refers to`,
    got: String(id),
    fix: 'the files belong to different models: fetch them all again from one model',
  });
}

/** An image as model input: [tiles, channels, side, side] */
export async function squaresOf(file: ImageFile, media: MediaReader): Promise<Features> {
  try {
    const [{ features }] = await media.load([{ media: file, source: { file: file.path, line: 0 } }]);
    return features;
  } catch (error) {
    if (!(error instanceof AttuneError) || error.problems.length === 0) throw error;
    throw new AttuneError(error.code, {
      what: error.problems[0].message,
      fix: 'fetch the image again, or remove it',
    });
  }
}
