// T tiles of all images, C channels, Y and X their sides
import type { Features } from '../../../base/features.ts';
import type { PlacedImages, ReadyImages } from '../../../models/placed-images.ts';
import { fromArray, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch, MediaReader, PreparedRow } from './prepared-rows.ts';

/** A loaded row with the model input for each of its images: [tiles, channels, side, side] */
export interface SquaresRow extends PreparedRow {
  squares?: readonly Features[];
}

/** Loads the images of rows. @throws AttuneError listing all that cannot be read */
export async function loadSquares(rows: readonly PreparedRow[], media: MediaReader): Promise<SquaresRow[]> {
  const files = rows.flatMap(({ images = [], source }) => images.map((file) => ({ media: file, source })));
  const loaded = (await media.load(files)).values();
  return rows.map((row) =>
    row.images === undefined ? row : { ...row, squares: row.images.map(() => loaded.next().value!.features) },
  );
}

/** Adds the images of the rows to a batch, at the positions of their token. */
export function withSquares(batch: Batch<SquaresRow>, token: number | undefined): Batch<SquaresRow> {
  const squares = batch.rows.flatMap((row) => row.squares ?? []);
  if (squares.length === 0 || batch.input.ids === undefined) return batch;
  const images = { ...placed(squares, batch.input.ids, token!), prompts: batch.rows.map(promptOf) };
  return { ...batch, input: { ...batch.input, images } };
}

/** Number of tokens before a row's first trained token. */
function promptOf({ trained }: SquaresRow): number {
  const first = trained.indexOf(1);
  return first < 0 ? trained.length : first;
}

/** Assigns images to their placeholder tokens. */
function placed(squares: readonly Features[], ids: BigInt64Array, token: number): PlacedImages {
  const wanted = BigInt(token);
  const places = [...ids.keys()].filter((place) => ids[place] === wanted);
  return { ...readyImages(squares), places: BigInt64Array.from(places, BigInt) };
}

/** Several images as input of the vision tower. */
export function readyImages(squares: readonly Features[]): ReadyImages {
  const grids = squares.flatMap((image) => image.grids ?? []);
  return { pixels: pixelsOf(squares), ...(grids.length > 0 && { grids }) };
}

/** Tiles or patches of several images, concatenated: [T, C, Y, X] or [P, values] */
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
