// N tokens, S segments, X features, k tokens of earlier passes
import { cat, fromArray, zeros, type Tensor } from '../tensor/index.ts';
import type { Layout } from './layout.ts';

interface Rows {
  layout: Layout;
  /** Tokens before each segment, from earlier passes: [S, k, X] */
  before?: Tensor;
}

/** The token `distance` places earlier in the row, zeros before the first: [N, X] → [N, X] */
export function earlierTokens(x: Tensor, { distance, ...rows }: Rows & { distance: number }): Tensor {
  const { offsets } = rows.layout;
  const wanted: Place[] = [];
  for (let segment = 0; segment + 1 < offsets.length; segment++) {
    for (let i = 0; i < offsets[segment + 1] - offsets[segment]; i++) wanted.push([segment, i - distance]);
  }
  return taken(x, wanted, rows);
}

/** The last tokens of each segment's row, zeros before its first: [N, X] → [S, count, X] */
export function lastTokens(x: Tensor, { count, ...rows }: Rows & { count: number }): Tensor {
  const { offsets } = rows.layout;
  const wanted = Array.from({ length: offsets.length - 1 }, (_, segment) => {
    const length = offsets[segment + 1] - offsets[segment];
    return Array.from({ length: count }, (_x, i): Place => [segment, length - count + i]);
  });
  return taken(x, wanted.flat(), rows).reshape(-1, count, x.shape[1]);
}

/** Index in a segment; negative ones are in its parent, or in an earlier pass. */
type Place = readonly [segment: number, place: number];

function taken(x: Tensor, wanted: readonly Place[], { layout, before }: Rows): Tensor {
  const { offsets, parents } = layout;
  const [N, X] = x.shape;
  const k = before?.shape[1] ?? 0;
  const none = N + k * (offsets.length - 1);
  const rowOf = ([first, from]: Place): number => {
    let [segment, place] = [first, from];
    for (let parent = parents?.[segment] ?? -1; place < 0 && parent >= 0; parent = parents?.[segment] ?? -1) {
      segment = parent;
      place += offsets[segment + 1] - offsets[segment];
    }
    if (place >= 0) return offsets[segment] + place;
    return k + place >= 0 ? N + segment * k + k + place : none;
  };
  const zero = zeros([1, X], { dtype: x.dtype, device: x.device });
  const rows = cat(before === undefined ? [x, zero] : [x, before.flatten(0, 1), zero]);
  return rows.indexSelect(0, fromArray(BigInt64Array.from(wanted, (place) => BigInt(rowOf(place)))).toDevice(x.device));
}
