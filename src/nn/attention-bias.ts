// B segments, T queries and Tk keys of a segment, n distances, H heads
import { arange, fromArray, type Tensor } from '../tensor/index.ts';

/** What is added to the score of a query and a key for how far apart they stand; its weights are trained like any. */
export interface DistanceBias {
  /** int64 [n], each a key's position minus a query's → [n, H] */
  of(distances: Tensor): Tensor;
}

/** Positions of the queries or of the keys of segments of one shape, one after the other: [B · T]. */
interface Positions {
  values: BigInt64Array;
  /** T */
  length: number;
}

/** The bias of each query and key: [B, H, T, Tk], or [1, H, T, Tk] where all segments have the same positions. */
export function biasOfScores(
  bias: DistanceBias,
  { queries, keys, device }: { queries: Positions; keys: Positions; device: string },
): Tensor {
  const isRepeated = repeats(queries) && repeats(keys);
  const [ofQueries, ofKeys] = [queries, keys].map(({ values, length }) => {
    const used = isRepeated ? values.subarray(0, length) : values;
    return fromArray(used)
      .reshape(used.length / length, length)
      .toDevice(device);
  });
  const lowest = least(keys.values) + least(queries.values.map((position) => -position));
  const highest = -least(keys.values.map((position) => -position)) - least(queries.values);
  // Distances are few, however many pairs have them: each is looked up once.
  const table = bias.of(
    arange(Number(highest - lowest) + 1)
      .add(Number(lowest))
      .toDevice(device),
  ); // [n, H]
  const places = ofKeys.unsqueeze(1).sub(ofQueries.unsqueeze(2)).sub(Number(lowest)); // [B, T, Tk]
  return table
    .indexSelect(0, places.flatten())
    .reshape(...places.shape, table.shape[1])
    .transpose(2, 3)
    .transpose(1, 2);
}

function repeats({ values, length }: Positions): boolean {
  return values.every((position, i) => position === values[i % length]);
}

function least(values: BigInt64Array): bigint {
  return values.reduce((lowest, value) => (value < lowest ? value : lowest));
}
