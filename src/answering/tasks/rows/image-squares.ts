// T squares of all images, C channels, Y and X their sides
import type { Features } from '../../../base/features.ts';
import type { PlacedImages, ReadyImages } from '../../../models/placed-images.ts';
import { fromArray, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch, MediaReader, PreparedRow } from './prepared-rows.ts';

/** A row while it is in use, with the model input from each of its images: [squares, channels, side, side] */
export interface SquaresRow extends PreparedRow {
  squares?: readonly Features[];
}

/** Adds to rows what the model reads of their images. @throws AttuneError with all that cannot be read */
export async function loadSquares(rows: readonly PreparedRow[], media: MediaReader): Promise<SquaresRow[]> {
  const files = rows.flatMap(({ images = [], source }) => images.map((file) => ({ media: file, source })));
  const loaded = (await media.load(files)).values();
  return rows.map((row) =>
    row.images === undefined ? row : { ...row, squares: row.images.map(() => loaded.next().value!.features) },
  );
}

/** A batch with the images of its rows, which stand at the places of a token. */
export function withSquares(batch: Batch<SquaresRow>, token: number | undefined): Batch<SquaresRow> {
  const squares = batch.rows.flatMap((row) => row.squares ?? []);
  if (squares.length === 0 || batch.input.ids === undefined) return batch;
  const images = { ...placed(squares, batch.input.ids, token!), prompts: batch.rows.map(promptOf) };
  return { ...batch, input: { ...batch.input, images } };
}

/** Tokens of a row in front of the first that it learns to give. */
function promptOf({ trained }: SquaresRow): number {
  const first = trained.indexOf(1);
  return first < 0 ? trained.length : first;
}

/** Images for the tokens that stand for them. */
function placed(squares: readonly Features[], ids: BigInt64Array, token: number): PlacedImages {
  const wanted = BigInt(token);
  const places = [...ids.keys()].filter((place) => ids[place] === wanted);
  return { ...readyImages(squares), places: BigInt64Array.from(places, BigInt) };
}

/** Several images as a vision tower reads them. */
export function readyImages(squares: readonly Features[]): ReadyImages {
  const grids = squares.flatMap((image) => image.grids ?? []);
  return { pixels: pixelsOf(squares), ...(grids.length > 0 && { grids }) };
}

/** The squares or patches of several images, one after the other: [T, C, Y, X] or [P, values] */
function pixelsOf(squares: readonly Features[]): Tensor {
  const count = squares.reduce((sum, { shape }) => sum + shape[0], 0);
  const values = new Float32Array(squares.reduce((sum, { data }) => sum + data.length, 0));
  let next = 0;
  for (const { data } of squares) {
    values.set(data, next);
    next += data.length;
  }
  return fromArray(values, [count, ...squares[0].shape.slice(1)]);
}
