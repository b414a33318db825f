// B segments, T queries and Tk keys of a segment, n distances, H heads
import { arange, fromArray, type Tensor } from '../tensor/index.ts';
import { withoutRowTaps } from './row-taps.ts';

/** Trainable bias on attention scores that depends on the distance of query and key. */
export interface DistanceBias {
  /** int64 [n], key position minus query position → [n, H] */
  of(distances: Tensor): Tensor;
}

/** Bias that depends on the distance and the content of query or key (DeBERTa). */
export interface ContentBias {
  /**
   * Scores of queries q [B, H, T, d] and keys k [B, H, Tk, d] with each distance int64 [n] (key position minus query
   * position): [B, H, T, n] and [B, H, Tk, n]; scaled like all scores.
   */
  scores(heads: { q: Tensor; k: Tensor }, distances: Tensor): { ofQueries?: Tensor; ofKeys?: Tensor };
}

/** Concatenated query or key positions of segments of equal shape: [B · T]. */
interface Positions {
  values: BigInt64Array;
  /** T */
  length: number;
}

/** Distinct distances, and the index of each query-key pair's distance. */
interface Pairs {
  /** int64 [n] */
  distances: Tensor;
  /** int64 [B, T, Tk], or [1, T, Tk] if all segments have the same positions. */
  places: Tensor;
}

/** Positions of queries and keys. */
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

/** Bias of each query-key pair: [B, H, T, Tk], or [1, H, T, Tk] if all segments have the same positions. */
export function biasOfScores(bias: DistanceBias, positions: ScorePositions): Tensor {
  const { distances, places } = pairsOf(positions);
  // There are far fewer distances than pairs, so each is looked up once.
  const table = withoutRowTaps(() => bias.of(distances)); // [n, H]
  return table
    .indexSelect(0, places.flatten())
    .reshape(...places.shape, table.shape[1])
    .transpose(2, 3)
    .transpose(1, 2);
}

/** Content-dependent bias for q [B, H, T, d] and k [B, H, Tk, d]: [B, H, T, Tk]; undefined if there is none. */
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
