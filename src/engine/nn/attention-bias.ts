// B segments, T queries and Tk keys of a segment, n distances, H heads
import { arange, fromArray, type Tensor } from '../tensor/index.ts';
import { withoutRowTaps } from './row-taps.ts';

/** Bias on attention scores that depends on the distance of query and key; its weights can be trained. */
export interface DistanceBias {
  /** int64 [n], each a key's position minus a query's → [n, H] */
  of(distances: Tensor): Tensor;
}

/** Bias that depends on distance together with the content of the query or the key (DeBERTa). */
export interface ContentBias {
  /**
   * The scores of queries q [B, H, T, d] and of keys k [B, H, Tk, d] for each distance int64 [n], a key's position minus
   * a query's: [B, H, T, n] and [B, H, Tk, n]; they are scaled as all scores are.
   */
  scores(heads: { q: Tensor; k: Tensor }, distances: Tensor): { ofQueries?: Tensor; ofKeys?: Tensor };
}

/** Positions of the queries or of the keys of segments of one shape, one after the other: [B · T]. */
interface Positions {
  values: BigInt64Array;
  /** T */
  length: number;
}

/** Each distance between a query and a key, and which of them every pair has. */
interface Pairs {
  /** int64 [n] */
  distances: Tensor;
  /** int64 [B, T, Tk], or [1, T, Tk] where all segments have the same positions. */
  places: Tensor;
}

/** Where queries and keys stand. */
export interface ScorePositions {
  queries: Positions;
  keys: Positions;
  device: string;
}

function pairsOf({ queries, keys, device }: ScorePositions): Pairs {
  const isRepeated = repeats(queries) && repeats(keys);
  const [ofQueries, ofKeys] = [queries, keys].map(({ values, length }) => {
    const used = isRepeated ? values.subarray(0, length) : values;
    return fromArray(used)
      .reshape(used.length / length, length)
      .toDevice(device);
  });
  const lowest = least(keys.values) + least(queries.values.map((position) => -position));
  const highest = -least(keys.values.map((position) => -position)) - least(queries.values);
  return {
    distances: arange(Number(highest - lowest) + 1)
      .add(Number(lowest))
      .toDevice(device),
    places: ofKeys.unsqueeze(1).sub(ofQueries.unsqueeze(2)).sub(Number(lowest)),
  };
}

/** The bias of each query and key: [B, H, T, Tk], or [1, H, T, Tk] where all segments have the same positions. */
export function biasOfScores(bias: DistanceBias, positions: ScorePositions): Tensor {
  const { distances, places } = pairsOf(positions);
  // Distances are few, however many pairs have them: each is looked up once.
  const table = withoutRowTaps(() => bias.of(distances)); // [n, H]
  return table
    .indexSelect(0, places.flatten())
    .reshape(...places.shape, table.shape[1])
    .transpose(2, 3)
    .transpose(1, 2);
}

/** The same by contents, of q [B, H, T, d] and k [B, H, Tk, d]: [B, H, T, Tk]; undefined where it adds nothing. */
export function contentScores(
  bias: ContentBias,
  heads: { q: Tensor; k: Tensor },
  positions: ScorePositions,
): Tensor | undefined {
  const { distances, places } = pairsOf(positions);
  const [B, H] = heads.q.shape;
  const [, T, Tk] = places.shape;
  const { ofQueries, ofKeys } = withoutRowTaps(() => bias.scores(heads, distances));
  const fromQueries = ofQueries?.gather(-1, places.unsqueeze(1).expand(B, H, T, Tk));
  const fromKeys = ofKeys?.gather(-1, places.transpose(1, 2).unsqueeze(1).expand(B, H, Tk, T)).transpose(-1, -2);
  return fromQueries === undefined || fromKeys === undefined ? (fromQueries ?? fromKeys) : fromQueries.add(fromKeys);
}

function repeats({ values, length }: Positions): boolean {
  return values.every((position, i) => position === values[i % length]);
}

function least(values: BigInt64Array): bigint {
  return values.reduce((lowest, value) => (value < lowest ? value : lowest));
}
