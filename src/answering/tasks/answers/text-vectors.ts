// R texts, D width
import { AttuneError } from '../../../base/errors.ts';
import type { PredictOptions } from '../../../scoring/predictor.ts';
import { collateRows } from '../rows/collate.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import type { Answering } from './answering.ts';
import { inBatches } from './batched.ts';
import { cutRows, cutTo } from './cut-rows.ts';

/** How texts that exceed the model's context are read. */
export interface TextReading extends PredictOptions {
  /** Truncates them, whatever training did with such texts. */
  isCut?: boolean;
  /** Called with the index of each truncated text. */
  onCut?: (place: number) => void;
  /** Called with the number of tokens read. */
  onRead?: (tokens: number) => void;
}

/** Cosine, for unit vectors. */
export function dotProduct(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Vectors as the embedding model defines them: [D] each; undefined for texts that are too long and not truncated. */
export async function sentenceVectors(
  opened: Answering,
  texts: readonly (string | readonly number[])[],
  reading: TextReading,
): Promise<(Float32Array | undefined)[]> {
  const { model } = opened;
  const { causal, maxPositions } = traitsOf(model);
  const rows = fitted(await framedRows(opened, texts), opened, { ...reading, maxPositions });
  return inBatches(rows, { ...reading, maxPositions }, (batch) => {
    const { input } = collateRows(batch, { causal });
    const flat = noGrad(() =>
      scope(() => model.embeddingHead.embed(model.hidden(input), model.layoutOf(input)).toNumbers()),
    );
    const width = flat.length / batch.length;
    return batch.map((_, r) => Float32Array.from(flat.slice(r * width, (r + 1) * width)));
  });
}

/**
 * Each text with its special tokens; token ids as they are. @throws AttuneError E_GENERATION_OPTIONS for invalid ids,
 * E_TEXT_EMPTY
 */
export async function framedRows(
  { tokenizer, model }: Answering,
  texts: readonly (string | readonly number[])[],
): Promise<PreparedRow[]> {
  const written = texts.filter((text) => typeof text === 'string');
  const framed = (await tokenizer.encodeFramed(written.map((text) => ({ text })))).values();
  const { vocabularySize } = model.architecture.limits(model.config);
  const rows = texts.map((text, i): PreparedRow => {
    const { ids, typeIds } = typeof text === 'string' ? framed.next().value! : asTokens(text, vocabularySize);
    return { id: String(i), ids, typeIds, trained: new Uint8Array(ids.length), source: { file: '', line: i } };
  });
  refuseEmpty(rows);
  return rows;
}

/** A row without tokens cannot be pooled: libtorch would return NaN. */
function refuseEmpty(rows: readonly PreparedRow[]): void {
  const empty = [...rows.entries()].filter(([, { ids }]) => ids.length === 0).map(([place]) => place);
  if (empty.length === 0) return;
  throw new AttuneError('E_TEXT_EMPTY', {
    what: 'A text without tokens has no vector',
    problems: empty.slice(0, 20).map((place) => ({ field: `input[${place}]`, message: 'has no tokens' })),
    problemCount: empty.length,
    fix: 'leave out empty texts',
  });
}

function asTokens(given: readonly number[], vocabularySize: number): { ids: Int32Array; typeIds: Int32Array } {
  const unknown = given.find((id) => id < 0 || id >= vocabularySize);
  if (unknown === undefined) return { ids: Int32Array.from(given), typeIds: new Int32Array(given.length) };
  throw new AttuneError('E_GENERATION_OPTIONS', {
    what: "These token ids are not in the model's vocabulary",
    problems: [{ field: 'input', message: `token ${unknown} is not in its vocabulary of ${vocabularySize}` }],
  });
}

/** Truncates rows as in training, and in any case to the model's context if `isCut`. */
export function fitted(
  rows: readonly PreparedRow[],
  opened: Answering,
  { maxPositions, isCut = false, onCut, onRead }: TextReading & { maxPositions: number },
): readonly PreparedRow[] {
  const room = Math.min(maxPositions, opened.model.sentence?.maxLength ?? Infinity);
  const read = cutRows(isCut ? cutTo(rows, room, opened) : rows, { opened, maxPositions });
  for (const [place, { ids }] of read.entries()) if (ids.length < rows[place].ids.length) onCut?.(place);
  onRead?.(read.reduce((sum, { ids }) => sum + ids.length, 0));
  return read;
}

export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

/** Normalises each row to unit length in place; zero rows stay zero. */
export function toUnitRows(values: Float32Array, width: number): void {
  for (let at = 0; at < values.length; at += width) values.set(unit(values.subarray(at, at + width)), at);
}
