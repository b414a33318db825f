// N frames, D width, R rows
import { randomPermutation, randomUnit, type RandomKey } from '../../base/random.ts';
import { rowOfTokens, segmentLengths, type Layout, type Randomness } from '../../engine/nn/index.ts';
import { aten, fromArray, type Tensor } from '../../engine/tensor/index.ts';

/** Masking along an axis: enough spans of `length` to cover a share of `probability`, not counting overlaps. */
export interface SpanSettings {
  probability: number;
  length: number;
  fewest: number;
}

/** Start of each span. The same key always gives the same spans. */
export function drawSpans(axis: number, settings: SpanSettings, key: RandomKey): number[] {
  const { probability, length, fewest } = settings;
  const places = axis - length + 1;
  if (probability === 0 || places <= 0) return [];
  const [seed, purpose, ...integers] = key;
  // The fractional part is the probability of one more span.
  const wanted = Math.floor((probability * axis) / length + randomUnit([seed, `${purpose}:count`, ...integers]));
  const count = Math.min(Math.max(wanted, fewest), Math.floor(axis / length), places);
  return [...randomPermutation(places, key).subarray(0, count)];
}

export interface Masking {
  time: SpanSettings;
  features: SpanSettings;
}

/**
 * Masks spans of frames with a learned vector and spans of features with zeros, keyed by row (Park et al.,
 * "SpecAugment", 2019, as in HF's wav2vec2). x [N, D] → [N, D]; `vector` [D].
 */
export function specAugment(
  x: Tensor,
  vector: Tensor,
  { layout, masking, randomness }: { layout: Layout; masking: Masking; randomness: Randomness },
): Tensor {
  const keys = rowKeys(layout, randomness);
  const width = x.shape[1];
  const hiddenFrames = new Uint8Array(x.shape[0]);
  const hiddenFeatures = keys.map(() => new Uint8Array(width));
  for (const [row, length] of segmentLengths(layout).entries()) {
    const frames = hiddenFrames.subarray(layout.offsets[row], layout.offsets[row + 1]);
    const { time, features } = masking;
    for (const start of drawSpans(length, time, [randomness.seed, 'mask-time', randomness.step, ...keys[row]]))
      frames.fill(1, start, start + time.length);
    for (const start of drawSpans(width, features, [randomness.seed, 'mask-features', randomness.step, ...keys[row]]))
      hiddenFeatures[row].fill(1, start, start + features.length);
  }
  const isHidden = fromArray(hiddenFrames).to('bool').toDevice(x.device).unsqueeze(1); // [N, 1]
  const masked = aten.where.self(isHidden, vector.to(x.dtype), x);
  if (masking.features.probability === 0) return masked;
  const rows = fromArray(BigInt64Array.from(rowOfTokens(layout), BigInt));
  const features = fromArray(Uint8Array.from(hiddenFeatures.flatMap((row) => [...row])), [keys.length, width]);
  const mask = features.indexSelect(0, rows).to('bool').toDevice(x.device); // [N, D]
  return aten.masked_fill.Scalar(masked, mask, 0);
}

/** Two integers per row, from its first frame's key. */
function rowKeys(layout: Layout, { tokens }: Randomness): [number, number][] {
  const keys = tokens.data() as BigInt64Array;
  return layout.rowOf.map((_, row) => {
    const key = BigInt.asUintN(64, keys[layout.offsets[row]]);
    return [Number(key >> 32n), Number(key & 0xffffffffn)];
  });
}
