import type { Example } from '../../data/index.ts';
import { answerForm } from '../../scoring/answer-form.ts';
import { MAX_WEIGHTS, MIN_ROWS_PER_CLASS, MOST_ROWS } from '../../answering/baselines/logistic-regression.ts';
import { FEATURE_SLOTS, textFeatures } from '../../answering/baselines/text-features.ts';
import { expectedText, promptText } from '../../scoring/prompt-text.ts';
import { textConfigOf } from '../../models/raw-config.ts';
import type { Model } from '../../models/model.ts';
import { dtypeBytes } from '../../engine/tensor/index.ts';

/** Inputs of the estimate. */
export interface ComparisonSize {
  train: readonly Example[];
  /** Number of rows that every system answers. */
  testRows: number;
  /** Length of the longest row in tokens. */
  longest: number;
  model: Model;
  /** Whether the base model, prompted, is one of the systems. */
  isPromptable: boolean;
  hasCheap: boolean;
}

const MIB = 2 ** 20;
/** Lazily loaded code, and garbage awaiting collection. */
const HEAP = 64 * MIB;

/**
 * Memory of the final comparison besides the model: generated answers, fitted cheap systems, statistics. It is used
 * after the training's memory is freed, yet is the peak of many small runs.
 */
export function comparisonBytes(size: ComparisonSize): number {
  const { hasCheap, testRows } = size;
  return HEAP + baseBytes(size) + generationBytes(size) + (hasCheap ? cheapBytes(size) : 0) + statisticsBytes(testRows);
}

/** Memory of the base beyond that of the trained model: it is opened without the run's storage. */
function baseBytes({ model, isPromptable }: ComparisonSize): number {
  if (!isPromptable) return 0;
  const stored = [...model.parameters()].map(([, parameter]) => parameter).filter(({ form }) => form !== undefined);
  return stored.reduce((sum, { size, bytes }) => sum + Math.max(0, size * dtypeBytes[model.dtype] - bytes), 0);
}

/** Rows answered concurrently (`Batcher`). */
const SEQUENCES = 32;

/** Keys and values of the rows answered concurrently; a base model may generate as many tokens as a row has. */
function generationBytes({ model, testRows, longest, isPromptable }: ComparisonSize): number {
  if (!isPromptable || model.trunk.tokenTable === undefined) return 0;
  const config = textConfigOf(model.config);
  const { num_attention_heads: heads = 1, num_key_value_heads: kept = heads, head_dim: dim } = config;
  const headSize = Number(dim ?? model.trunk.width / Number(heads));
  const perToken = 2 * model.trunk.stack.blockList.length * Number(kept) * headSize * dtypeBytes[model.dtype];
  return Math.min(SEQUENCES, testRows) * 2 * longest * perToken;
}

/** Number of solver vectors: point, gradient, direction, trial and eight pairs of steps. */
const SOLVER_VECTORS = 21;

/** Logistic regression on words and word pairs needs the most: slot counts, the rows' features, the solver. */
function cheapBytes({ train }: ComparisonSize): number {
  const rows = train.filter((row) => !('media' in row && row.media !== undefined)).slice(0, MOST_ROWS);
  if (rows.length === 0 || answerForm(rows).kind === 'text') return 0;
  const classes = new Set(rows.map((row) => expectedText(row)?.trim())).size;
  const { entries, features } = foreseeFeatures(rows);
  const isFitted = classes > 1 && classes * MIN_ROWS_PER_CLASS <= rows.length;
  const weights = isFitted ? Math.min(MAX_WEIGHTS, features * classes) : 0;
  return 12 * FEATURE_SLOTS + 24 * entries + 8 * SOLVER_VECTORS * weights;
}

const SAMPLE = 400;

/**
 * Extrapolates the number of features in all rows, and of those that occur in two texts, from their growth within a
 * sample.
 */
function foreseeFeatures(rows: readonly Example[]): { entries: number; features: number } {
  const stride = Math.max(1, rows.length / SAMPLE);
  const sample = Array.from({ length: Math.min(rows.length, SAMPLE) }, (_, i) => rows[Math.floor(i * stride)]);
  const counts = new Map<number, number>();
  let [entries, repeated, halfway] = [0, 0, 0];
  for (const [i, row] of sample.entries()) {
    const slots = new Set(textFeatures(promptText(row), { words: true }));
    entries += slots.size;
    for (const slot of slots) {
      const count = (counts.get(slot) ?? 0) + 1;
      counts.set(slot, count);
      if (count === 2) repeated++;
    }
    if (i + 1 === Math.floor(sample.length / 2)) halfway = repeated;
  }
  const scale = rows.length / sample.length;
  const growth = halfway === 0 ? 1 : Math.min(1.5, Math.log2(repeated / halfway));
  return { entries: entries * scale, features: Math.min(FEATURE_SLOTS, repeated * scale ** growth) };
}

/** Resampled row indices and random signs (`Resampling`, `SignFlips`). */
function statisticsBytes(rows: number): number {
  return 4 * Math.min(10_000 * rows, 2.4e7) + Math.min((10_000 * rows) / 8, 3.2e7);
}
