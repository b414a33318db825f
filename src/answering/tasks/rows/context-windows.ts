// Rows combine a question and its context; the context's tokens are the trained ones.
import { sha256 } from '../../../files/hash.ts';
import type { QuestionExample } from '../../../data/example.ts';
import type { PlacedText, Tokenizer } from '../../../models/text/index.ts';
import type { PreparedRow } from './prepared-rows.ts';

/** Position that means "no answer in the text": the first token, [CLS] if the tokenizer has one. */
export const NO_ANSWER = 0;

/** Questions with their contexts, framed as in training. */
export function frameQuestions(
  tokenizer: Tokenizer,
  examples: readonly Pick<QuestionExample, 'question' | 'context'>[],
): Promise<PlacedText[]> {
  // Hugging Face's SQuAD scripts also strip the space before a question.
  return tokenizer.encodeFramedWithOffsets(
    examples.map(({ question, context }) => ({ text: question.trimStart(), pair: context })),
  );
}

/** Token range of a row's context. */
export function contextOf({ trained }: Pick<PreparedRow, 'trained'>): { from: number; to: number } {
  return { from: Math.max(0, trained.indexOf(1)), to: trained.lastIndexOf(1) + 1 };
}

/** A question with its context; in training also the start and end of the answer. */
export interface QuestionRow extends PreparedRow {
  values?: readonly number[];
}

/** A window of a row with the complete question, and the number of context tokens skipped before it. */
export interface ContextWindow {
  row: QuestionRow;
  skipped: number;
}

/**
 * Splits a row into windows of at most `maxLength` tokens, each with the question, that overlap by `stride` context
 * tokens. A window without the answer has "no answer" as its target. Returns the row itself if it fits, or if the
 * question leaves no room.
 */
export function contextWindows(row: QuestionRow, maxLength: number, stride: number): ContextWindow[] {
  const { from, to } = contextOf(row);
  const room = maxLength - (row.ids.length - (to - from));
  if (row.ids.length <= maxLength || room < 1) return [{ row, skipped: 0 }];
  const step = room - Math.min(stride, Math.floor(room / 2));
  const windows: ContextWindow[] = [];
  for (let start = from; ; start += step) {
    const end = Math.min(to, start + room);
    windows.push({ row: windowOf(row, { from, to, start, end }), skipped: start - from });
    if (end === to) return windows;
  }
}

interface Cut {
  from: number;
  to: number;
  start: number;
  end: number;
}

function windowOf(row: QuestionRow, { from, to, start, end }: Cut): QuestionRow {
  const pick = <T extends Int32Array | Uint8Array>(array: T): T => {
    const picked = array.slice(0, array.length - (to - from) + (end - start)) as T;
    picked.set(array.subarray(start, end), from);
    picked.set(array.subarray(to), from + end - start);
    return picked;
  };
  const { ids, trained, typeIds, values, id } = row;
  const isInside = values !== undefined && values[0] >= start && values[1] < end;
  const moved = values && (isInside ? values.map((place) => place - start + from) : [NO_ANSWER, NO_ANSWER]);
  // Each window gets its own id, which keys random numbers.
  const own = start === from ? id : sha256(`${id} ${start - from}`).slice(0, id.length);
  return {
    ...row,
    id: own,
    ids: pick(ids),
    trained: pick(trained),
    ...(typeIds && { typeIds: pick(typeIds) }),
    ...(moved && { values: moved }),
  };
}
