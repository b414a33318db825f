// Rows are a question and a context in one frame; the context's tokens are the trained ones.
import { sha256 } from '../../../files/hash.ts';
import type { QuestionExample } from '../../../data/example.ts';
import type { PlacedText, Tokenizer } from '../../../models/text/index.ts';
import type { PreparedRow } from './prepared-rows.ts';

/** Position of "no answer in the text": the frame's first token, which is [CLS] if there is one. */
export const NO_ANSWER = 0;

/** Questions with their contexts as models were trained to see them. */
export function frameQuestions(
  tokenizer: Tokenizer,
  examples: readonly Pick<QuestionExample, 'question' | 'context'>[],
): Promise<PlacedText[]> {
  // Hugging Face's preparation of SQuAD takes the space before a question away.
  return tokenizer.encodeFramedWithOffsets(
    examples.map(({ question, context }) => ({ text: question.trimStart(), pair: context })),
  );
}

/** The stretch of a row's tokens that is its context. */
export function contextOf({ trained }: Pick<PreparedRow, 'trained'>): { from: number; to: number } {
  return { from: Math.max(0, trained.indexOf(1)), to: trained.lastIndexOf(1) + 1 };
}

/** A question with its context; in training with the places where the answer starts and ends. */
export interface QuestionRow extends PreparedRow {
  values?: readonly number[];
}

/** A part of a row that has its question whole, and how many tokens of its context were left out before. */
export interface ContextWindow {
  row: QuestionRow;
  skipped: number;
}

/**
 * A row as windows of at most `maxLength` tokens that all begin with its question and overlap by `stride` tokens of the
 * context. A window without the answer has none. The row itself where it fits, or where its question leaves no room.
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
  // Windows have random numbers of their own.
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
