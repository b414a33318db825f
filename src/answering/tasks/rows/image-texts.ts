import { AttuneError } from '../../../base/errors.ts';
import type { Features } from '../../../base/features.ts';
import { imageMarks, imageText, type ImageFile, type ImageTexts } from '../../../models/text/index.ts';
import type { MediaReader, RowReader } from './rows.ts';

/** How a model's tokens stand for images; undefined for one that reads none among texts. */
export function imageTexts({ tokenizer, media }: Pick<RowReader, 'tokenizer' | 'media'>): ImageTexts | undefined {
  if (media?.imageTokens === undefined) return undefined;
  const { id, perSquare } = media.imageTokens;
  const token = tokenizer.tokenOf(id);
  if (token === null) throw noToken(id, tokenizer.origin);
  const marks = imageMarks(tokenizer, token);
  return {
    token,
    id,
    async textsOf(files) {
      const texts: string[] = [];
      // One by one: decoded images are large.
      for (const file of files) texts.push(imageText((await squaresOf(file, media)).grid ?? [0, 0], perSquare, marks));
      return texts;
    },
  };
}

function noToken(id: number, origin: string): AttuneError {
  return new AttuneError('E_TOKENIZER_INVALID', {
    what: `The tokenizer of ${origin} has no token with the image_token_id of config.json`,
    got: String(id),
    fix: 'the files belong to different models: fetch them again from one',
  });
}

/** An image as the model reads it: [squares, channels, side, side] */
export async function squaresOf(file: ImageFile, media: MediaReader): Promise<Features> {
  try {
    const [{ features }] = await media.load([{ media: file, source: { file: file.path, line: 0 } }]);
    return features;
  } catch (error) {
    if (!(error instanceof AttuneError) || error.problems.length === 0) throw error;
    throw new AttuneError(error.code, {
      what: error.problems[0].message,
      fix: 'fetch the image again, or leave it out',
    });
  }
}
