import type { Message } from '../../models/text/message.ts';
import { readInstruction } from './alpaca.ts';
import { readConversation, readTurns } from './conversation.ts';
import { describeValue, isObject, type RowReader } from './row-reader.ts';

/** Text, or the turns of a chat. */
export type TextOrTurns = string | Message[];

/** A column of text or turns. `mayBeEmpty`: a prompt may be empty, an answer may not. */
export function readTextOrTurns(row: RowReader, column: string, mayBeEmpty = false): TextOrTurns | undefined {
  const value = row.value(column);
  if (value === undefined || typeof value === 'string') return mayBeEmpty ? row.anyText(column) : row.text(column);
  if (!Array.isArray(value) && !isObject(value)) {
    return row.problem(column, `must be text or a list of messages, not ${describeValue(value)}`);
  }
  return readTurns(row, column, value);
}

/** An answer: text, or turns that start with the assistant's. */
export function readAnswer(row: RowReader, column: string): TextOrTurns | undefined {
  const answer = readTextOrTurns(row, column);
  if (answer === undefined || typeof answer === 'string' || answer[0].role === 'assistant') return answer;
  return row.problem(
    `${column}[0].role`,
    `must be assistant, not ${answer[0].role}`,
    'put earlier turns into the prompt',
  );
}

/** Columns that may contain the prompt, in order of preference. */
export const promptFields: readonly string[] = [
  'prompt',
  'instruction',
  'input',
  'system',
  'history',
  'messages',
  'conversations',
];

/** The prompt from the first of these columns that the row has. */
export function readPrompt(row: RowReader): TextOrTurns | undefined {
  if (row.has('prompt')) return readTextOrTurns(row, 'prompt', true);
  if (row.has('instruction')) return readInstruction(row);
  if (row.has('conversations')) return readConversation(row, 'conversations');
  if (row.has('messages')) return readConversation(row, 'messages');
  return row.problem('prompt', 'is missing', 'every row needs "prompt"');
}

/** Converts text to turns if the other side has turns: a user's prompt or an assistant's answer. */
export function asTurns(value: TextOrTurns, role: 'user' | 'assistant'): Message[] {
  return typeof value === 'string' ? [{ role, content: value }] : value;
}
