// P patches of all images, V values of a patch, D width, f patches along the side of a group that forms one token
import { greatest } from '../../base/many.ts';
import { AttuneError } from '../../base/errors.ts';
import { layoutOfRows, Module, Parameter, type Layout } from '../../engine/nn/index.ts';
import { aten, fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { ImagesAmong } from '../architecture.ts';
import type { PatchGrid } from '../stack.ts';

/** Checks that images fit the tower's positions. @throws AttuneError E_FEATURES_SHAPE if a side has too many patches */
export function fitting(grids: readonly PatchGrid[], most: number): readonly PatchGrid[] {
  const longest = greatest(grids.flat(), 0);
  if (longest <= most) return grids;
  throw new AttuneError('E_FEATURES_SHAPE', {
    what: 'An image has more patches along a side than this model has positions',
    got: `${longest} patches`,
    expected: `at most ${most}`,
    fix: "prepare the images with this model's preprocessor_config.json",
  });
}

/** Row and column of each patch of an image, in groups of f × f, row by row. */
export function patchPlaces([rows, columns]: PatchGrid, f = 1): (readonly [row: number, column: number])[] {
  const places: [number, number][] = [];
  for (let top = 0; top < rows; top += f)
    for (let left = 0; left < columns; left += f)
      for (let i = 0; i < f * f; i++) places.push([top + Math.floor(i / f), left + (i % f)]);
  return places;
}

/** One segment per image, with row and column as position axes. `order` permutes the patches. */
export function patchLayout(grids: readonly PatchGrid[], f = 1, order?: readonly number[]): Layout {
  const lengths = grids.map(([rows, columns]) => rows * columns);
  const given = grids.flatMap((grid) => patchPlaces(grid, f));
  const places = order?.map((place) => given[place]) ?? given;
  const axes = [0, 1].map((axis) => BigInt64Array.from(places, (place) => BigInt(place[axis])));
  return { ...layoutOfRows(lengths, { causal: false }), axes };
}

/** Groups the patches [P, V] of images by f × f, row by row: → [tokens, f², V] */
export function groupPatches(x: Tensor, grids: readonly PatchGrid[], f: number): Tensor {
  const places: bigint[] = [];
  let first = 0;
  for (const [rows, columns] of grids) {
    for (const [row, column] of patchPlaces([rows, columns], f)) places.push(BigInt(first + row * columns + column));
    first += rows * columns;
  }
  const order = fromArray(BigInt64Array.from(places)).toDevice(x.device);
  return x.indexSelect(0, order).reshape(-1, f * f, x.shape[1]);
}

/** A patch convolution as a matrix product: weight [D, …] over a patch's V values. */
export class PatchProjection extends Module {
  readonly weight: Parameter;
  readonly bias?: Parameter;

  constructor(kernel: readonly number[], width: number, options: { bias: boolean }) {
    super();
    this.weight = new Parameter([width, ...kernel]);
    if (options.bias) this.bias = new Parameter([width]);
  }

  /** [P, V] → [P, D] */
  forward(patches: Tensor): Tensor {
    const { dtype } = patches;
    return aten.linear.default(patches, this.weight.value(dtype).flatten(1), { bias: this.bias?.value(dtype) });
  }
}

/**
 * Three-axis positions (M-RoPE: time, row, column): all tokens of an image share a time, and the following text
 * continues after its longer side. `f`: patches along a token's side.
 */
export function axesAmong(layout: Layout, { places, grids = [] }: ImagesAmong, f: number): Layout {
  const axes = [0, 1, 2].map(() => new BigInt64Array(layout.positions.length));
  const put = (token: number, values: readonly number[]) => {
    for (const [axis, value] of values.entries()) axes[axis][token] = BigInt(value);
  };
  let [image, seen] = [0, 0];
  for (const segment of layout.rowOf.keys()) {
    const [start, end] = [layout.offsets[segment], layout.offsets[segment + 1]];
    let current = start < end ? Number(layout.positions[start]) : 0;
    for (let token = start; token < end;) {
      if (BigInt(token) !== places[seen]) {
        put(token++, [current, current, current]);
        current++;
        continue;
      }
      const [rows, columns] = grids[image++].map((side) => Math.floor(side / f));
      for (let i = 0; i < rows * columns; i++)
        put(token++, [current, current + Math.floor(i / columns), current + (i % columns)]);
      seen += rows * columns;
      current += greatest([rows, columns]);
    }
  }
  return { ...layout, axes };
}

/** Bidirectional attention within each prompt that shows an image, causal attention in answers. */
export function promptsTogether(layout: Layout, { places, prompts }: ImagesAmong): Layout {
  const { positions, offsets, rowOf } = layout;
  const [from, to] = [positions.slice(), positions.slice()];
  for (const [segment, row] of rowOf.entries()) {
    const [start, end] = [offsets[segment], offsets[segment + 1]];
    const last = places.findLast((place) => place >= start && place < end);
    if (last === undefined) continue;
    const answer = start + (prompts?.[row] ?? Number(last) + 1 - start);
    if (answer === start) continue;
    from.fill(positions[start], start, answer);
    to.fill(positions[answer - 1], start, answer);
  }
  return { ...layout, together: { from, to } };
}

/** Bidirectional attention within each image; adjacent places belong to the same image. */
export function togetherAmong(layout: Layout, { places }: ImagesAmong, kind: { inWindows?: true } = {}): Layout {
  const { positions, offsets } = layout;
  const [from, to] = [positions.slice(), positions.slice()];
  const starts = new Set(offsets);
  for (let first = 0; first < places.length;) {
    let count = 1;
    const start = Number(places[first]);
    while (places[first + count] === places[first] + BigInt(count) && !starts.has(start + count)) count++;
    from.fill(positions[start], start, start + count);
    to.fill(positions[start + count - 1], start, start + count);
    first += count;
  }
  return { ...layout, together: { from, to, isBounded: true, ...kind } };
}
