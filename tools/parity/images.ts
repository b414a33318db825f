// I images, T image tokens, D width, B rows, L columns
import { SeenImages } from '../../src/answering/decoding/index.ts';
import type { Model } from '../../src/models/model.ts';
import { imageVectors, type PlacedImages, type ReadyImages } from '../../src/models/placed-images.ts';
import type { PatchGrid, StackInput } from '../../src/models/stack.ts';
import { aten, cat, fromArray, noGrad, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Tensors } from './input.ts';

/** Inputs of vision towers in addition to their pixel values, and where the reference puts tokens because of them. */
export const imageInputNames = [
  'position_ids',
  'rope_deltas',
  'pixel_attention_mask',
  'image_grid_thw',
  'image_position_ids',
  'image_sizes',
  'spatial_shapes',
  'mm_token_type_ids',
];

/** Inserts a batch's images at their tokens. */
export function placedImages(model: Model, batch: Tensors, ids: StackInput['ids']): PlacedImages | undefined {
  const token = model.architecture.imageTokens?.(model.config).id;
  const ready = token === undefined ? undefined : readyImages(model, batch);
  if (ready === undefined || ids === undefined) return undefined;
  const places = [...ids.keys()].filter((place) => ids[place] === BigInt(token!));
  return { ...ready, places: BigInt64Array.from(places, BigInt), prompts: promptsOf(batch) };
}

/** Tokens before the answer, where the reference marks answers by token type. */
function promptsOf(batch: Tensors): number[] | undefined {
  const types = batch.get('token_type_ids');
  return types && rowsOf(types).map((row) => (row.includes(1) ? row.indexOf(1) : row.length));
}

/** Images of the first row that make this many tokens. */
export function imagesOfPrompt(model: Model, batch: Tensors, prompt: readonly number[]): SeenImages | undefined {
  const token = model.architecture.imageTokens?.(model.config).id;
  const ready = token === undefined ? undefined : readyImages(model, batch);
  const count = prompt.filter((id) => id === token).length;
  if (ready === undefined || count === 0) return undefined;
  return noGrad(() => {
    const all = imageVectors(model, ready).shape[0];
    const images = ready.grids?.length ?? ready.pixels.shape[0];
    for (let first = 1; first <= images; first++) {
      const own = firstImages(ready, first);
      const seen = new SeenImages(model, own, { token: token!, identity: 'parity' });
      if (seen.vectors.shape[0] === count) return seen;
      seen[Symbol.dispose]();
    }
    throw new Error(`the prompt has ${count} image tokens, and the images make ${all}`);
  });
}

function firstImages({ pixels, grids }: ReadyImages, count: number): ReadyImages {
  if (grids === undefined) return { pixels: pixels.narrow(0, 0, count) };
  const own = grids.slice(0, count);
  return {
    pixels: pixels.narrow(
      0,
      0,
      own.reduce((sum, [rows, columns]) => sum + rows * columns, 0),
    ),
    grids: own,
  };
}

function readyImages({ config }: Model, batch: Tensors): ReadyImages | undefined {
  const pixels = batch.get('pixel_values');
  if (pixels === undefined) return undefined;
  const [grids, positions, sizes] = ['image_grid_thw', 'image_position_ids', 'image_sizes'].map((name) =>
    batch.get(name),
  );
  const { patch_size: patch } = (config.vision_config ?? {}) as { patch_size: number };
  if (sizes !== undefined) return patchesIn(pixels, rowsOf(sizes), patch);
  if (grids !== undefined) return { pixels, grids: rowsOf(grids).map(([, rows, columns]) => [rows, columns] as const) };
  if (positions !== undefined) return patchesAt(pixels, positions);
  const shaped = shapedPatches(pixels, batch);
  if (shaped !== undefined) return { pixels: shaped.features, grids: shaped.grids };
  return { pixels: pixels.shape.length === 5 ? withoutBlank(pixels.flatten(0, 1)) : pixels };
}

/** Patches [P, values] from padded ones [B, most, values], with each image's rows and columns. */
export function shapedPatches(pixels: Tensor, batch: Tensors): { features: Tensor; grids: PatchGrid[] } | undefined {
  const [shapes, mask] = [batch.get('spatial_shapes'), batch.get('pixel_attention_mask')];
  if (shapes === undefined || mask === undefined) return undefined;
  const grids = rowsOf(shapes).map(([rows, columns]) => [rows, columns] as const);
  const real = mask.toNumbers().flatMap((value, place) => (value === 0 ? [] : [BigInt(place)]));
  return { features: pixels.flatten(0, 1).indexSelect(0, fromArray(BigInt64Array.from(real))), grids };
}

/** Padded patches [I, P, V], each with a column and a row, or -1 for padding. */
function patchesAt(pixels: Tensor, positions: Tensor): ReadyImages {
  const grids: PatchGrid[] = [];
  const parts: Tensor[] = [];
  for (let image = 0; image < pixels.shape[0]; image++) {
    const places = rowsOf(positions.narrow(0, image, 1).squeeze(0)).filter(([column]) => column >= 0);
    const last = places.at(-1)!;
    grids.push([last[1] + 1, last[0] + 1]);
    parts.push(pixels.narrow(0, image, 1).squeeze(0).narrow(0, 0, places.length));
  }
  return { pixels: cat(parts), grids };
}

/** Patches of padded images [I, C, Y, X] with these heights and widths. */
function patchesIn(pixels: Tensor, sizes: readonly number[][], patch: number): ReadyImages {
  const grids = sizes.map(([height, width]): PatchGrid => [height / patch, width / patch]);
  const parts = grids.map(([rows, columns], image) => {
    const own = pixels
      .select(0, image)
      .narrow(1, 0, rows * patch)
      .narrow(2, 0, columns * patch);
    const cut = own.reshape(own.shape[0], rows, patch, columns, patch);
    return aten.permute.default(cut, [1, 3, 0, 2, 4]).reshape(rows * columns, -1);
  });
  return { pixels: cat(parts), grids };
}

/** Squares that fill up rows of fewer squares are all zeros. */
function withoutBlank(squares: Tensor): Tensor {
  const sums = squares.pow(2).flatten(1).sum(1).toNumbers();
  const real = [...sums.keys()].filter((square) => sums[square] > 0);
  return squares.indexSelect(0, fromArray(BigInt64Array.from(real, BigInt)));
}

function rowsOf(table: Tensor): number[][] {
  const [, width] = table.shape;
  const values = table.toNumbers();
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}

/** Vectors of all images [T, D]: their embedding (0), or the part that a later block adds. */
export function imagePart(model: Model, images: PlacedImages | undefined, part: number): Tensor | undefined {
  if (images === undefined) return undefined;
  return imageVectors(model, images).narrow(1, part * model.trunk.width, model.trunk.width);
}
