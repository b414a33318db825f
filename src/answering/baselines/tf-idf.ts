import { sparseMatrix, type SparseMatrix, type SparseRow } from './sparse.ts';
import { FEATURE_SLOTS, textFeatures, type FeatureOptions } from './text-features.ts';

export interface TfIdfOptions extends FeatureOptions {
  /** Minimum number of training texts with a feature. Default 1. */
  minTexts?: number;
  /** Maximum number of features; the most common ones are kept. */
  maxFeatures?: number;
}

/** Tf-idf weights: (1 + ln(count)) · (ln((1 + n) / (1 + texts with it)) + 1), with rows scaled to length 1. */
export interface TfIdf {
  width: number;
  transform(text: string): SparseRow;
  /** State for `openTfIdf`. */
  learnt: LearntTfIdf;
}

/** The features in use, by column, and their weights. */
export interface LearntTfIdf {
  slots: Int32Array;
  weights: Float64Array;
}

/** Learns the features and their document frequencies; also returns the training texts' rows. */
export function fitTfIdf(texts: readonly string[], options: TfIdfOptions): { tfIdf: TfIdf; matrix: SparseMatrix } {
  const features = texts.map((text) => countSlots(textFeatures(text, options)));
  const textsWith = new Uint32Array(FEATURE_SLOTS);
  for (const { slots } of features) for (const slot of slots) textsWith[slot]++;
  const slots = chooseSlots(textsWith, options.minTexts ?? 1, options.maxFeatures ?? Infinity);
  const weights = Float64Array.from(slots, (slot) => Math.log((1 + texts.length) / (1 + textsWith[slot])) + 1);
  const columnOf = columnsOf(slots);
  const rows = features.map((counted) => weighted(counted, columnOf, weights));
  return { tfIdf: openTfIdf({ slots, weights }, options), matrix: sparseMatrix(rows, slots.length) };
}

/** Restores a fitted vectoriser. */
export function openTfIdf(learnt: LearntTfIdf, options: FeatureOptions): TfIdf {
  const columnOf = columnsOf(learnt.slots);
  const transform = (text: string) => weighted(countSlots(textFeatures(text, options)), columnOf, learnt.weights);
  return { width: learnt.slots.length, transform, learnt };
}

/** Distinct slots in ascending order, with their counts. */
interface SlotCounts {
  slots: Int32Array;
  counts: Int32Array;
}

function countSlots(features: readonly number[]): SlotCounts {
  const sorted = Int32Array.from(features).sort();
  const slots = new Int32Array(sorted.length);
  const counts = new Int32Array(sorted.length);
  let size = 0;
  for (const slot of sorted) {
    if (size === 0 || slots[size - 1] !== slot) slots[size++] = slot;
    counts[size - 1]++;
  }
  return { slots: slots.slice(0, size), counts: counts.slice(0, size) };
}

/** The slot of each column, ascending. */
function chooseSlots(textsWith: Uint32Array, minTexts: number, maxFeatures: number): Int32Array {
  const used: number[] = [];
  for (let slot = 0; slot < textsWith.length; slot++) if (textsWith[slot] >= minTexts) used.push(slot);
  if (used.length > maxFeatures) {
    used.sort((a, b) => textsWith[b] - textsWith[a] || a - b);
    used.length = maxFeatures;
    used.sort((a, b) => a - b);
  }
  return Int32Array.from(used);
}

/** Column of each slot in use: 0, 1, …; -1 for the others. */
function columnsOf(slots: Int32Array): Int32Array {
  const columnOf = new Int32Array(FEATURE_SLOTS).fill(-1);
  for (const [column, slot] of slots.entries()) columnOf[slot] = column;
  return columnOf;
}

function weighted({ slots, counts }: SlotCounts, columnOf: Int32Array, weight: Float64Array): SparseRow {
  const columns = new Int32Array(slots.length);
  const values = new Float64Array(slots.length);
  let size = 0;
  let squares = 0;
  for (let i = 0; i < slots.length; i++) {
    const column = columnOf[slots[i]];
    if (column < 0) continue;
    columns[size] = column;
    values[size] = (1 + Math.log(counts[i])) * weight[column];
    squares += values[size++] ** 2;
  }
  const norm = squares === 0 ? 1 : Math.sqrt(squares);
  const scaled = Float32Array.from({ length: size }, (_, i) => values[i] / norm);
  return { columns: columns.slice(0, size), values: scaled };
}
