// T squares of all images, S tokens of a square
import { AttuneError } from '../../base/errors.ts';
import type { Features } from '../../base/features.ts';
import { imageMarks, imageText, type ImageFile, type ImageTexts } from '../../text/index.ts';
import type { PlacedImages } from '../../models/placed-images.ts';
import { fromArray, type Tensor } from '../../tensor/index.ts';
import type { Batch, MediaReader, PreparedRow, Processor } from '../../train/interfaces.ts';

/** How a model's tokens stand for images; undefined for one that reads none among texts. */
export function imageTexts({ tokenizer, media }: Pick<Processor, 'tokenizer' | 'media'>): ImageTexts | undefined {
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
    throw new AttuneError(error.code, { what: error.problems[0].message, fix: error.fix });
  }
}

/** Adds to rows what the model reads of their images. @throws AttuneError with all that cannot be read */
export async function loadSquares(rows: readonly PreparedRow[], media: MediaReader): Promise<PreparedRow[]> {
  const files = rows.flatMap(({ images = [], source }) => images.map((file) => ({ media: file, source })));
  const loaded = (await media.load(files)).values();
  return rows.map((row) =>
    row.images === undefined ? row : { ...row, squares: row.images.map(() => loaded.next().value!.features) },
  );
}

/** A batch with the images of its rows, which stand at the places of a token. */
export function withSquares(batch: Batch, token: number | undefined): Batch {
  const squares = batch.rows.flatMap((row) => row.squares ?? []);
  if (squares.length === 0 || batch.input.ids === undefined) return batch;
  return { ...batch, input: { ...batch.input, images: placed(squares, batch.input.ids, token!) } };
}

/** Images for the tokens that stand for them. */
function placed(squares: readonly Features[], ids: BigInt64Array, token: number): PlacedImages {
  const wanted = BigInt(token);
  const places = [...ids.keys()].filter((place) => ids[place] === wanted);
  return { pixels: pixelsOf(squares), places: BigInt64Array.from(places, BigInt) };
}

/** The squares of several images, one after the other: [T, C, Y, X] */
export function pixelsOf(squares: readonly Features[]): Tensor {
  const count = squares.reduce((sum, { shape }) => sum + shape[0], 0);
  const values = new Float32Array(squares.reduce((sum, { data }) => sum + data.length, 0));
  let next = 0;
  for (const { data } of squares) {
    values.set(data, next);
    next += data.length;
  }
  return fromArray(values, [count, ...squares[0].shape.slice(1)]);
}
