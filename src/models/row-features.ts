// R rows, S samples of all recordings
/** Features of several rows as one input. */
import { greatest } from '../base/many.ts';
import type { Features } from '../base/features.ts';
import { cat, fromArray } from '../engine/tensor/index.ts';
import type { StackInput } from './stack.ts';

interface RowFeatures {
  features?: Features;
}

/** Stacks the features of rows, zero-padded in the last dimension: [R, …]; or concatenates their patches. */
export function stackFeatures(rows: readonly RowFeatures[]): Pick<StackInput, 'features' | 'featureLengths' | 'grids'> {
  const all = rows.map(({ features }) => features!);
  if (all[0].grid !== undefined && all[0].shape.length === 2) {
    const patches = cat(all.map(({ data, shape }) => fromArray(data, shape)));
    return { features: patches, grids: all.map(({ grid }) => grid!) };
  }
  const lengths = all.map(({ shape }) => shape.at(-1)!);
  const longest = greatest(lengths);
  const shape = [...all[0].shape.slice(0, -1), longest];
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(rows.length * size);
  for (const [r, { data }] of all.entries()) {
    const length = lengths[r];
    if (length === longest) values.set(data, r * size);
    else
      for (let line = 0; line * length < data.length; line++)
        values.set(data.subarray(line * length, (line + 1) * length), r * size + line * longest);
  }
  const isFilled = lengths.some((length) => length < longest);
  return { features: fromArray(values, [rows.length, ...shape]), ...(isFilled && { featureLengths: lengths }) };
}

/** Features of rows in the form that models read. */
export function featuresOf(rows: readonly RowFeatures[]): Pick<StackInput, 'features' | 'featureLengths' | 'grids'> {
  return rows[0].features?.shape.length === 1 ? sideBySide(rows) : stackFeatures(rows);
}

/** Concatenates waveforms without padding: [S], with the number of samples of each. */
function sideBySide(rows: readonly RowFeatures[]): Pick<StackInput, 'features' | 'featureLengths'> {
  const all = rows.map(({ features }) => features!.data);
  const featureLengths = all.map(({ length }) => length);
  const samples = new Float32Array(featureLengths.reduce((sum, length) => sum + length, 0));
  let next = 0;
  for (const data of all) {
    samples.set(data, next);
    next += data.length;
  }
  return { features: fromArray(samples), featureLengths };
}
