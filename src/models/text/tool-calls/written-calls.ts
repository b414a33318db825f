import { parseJson } from '../../../files/json.ts';
import { AnswerReader, joined } from './answer-reader.ts';
import { families } from './index.ts';
import type { WrittenCall } from './family.ts';

/** Calls in an answer of unknown template: by the first family that finds any. */
export function writtenCalls(text: string): WrittenCall[] {
  for (const family of families) {
    const reader = new AnswerReader({ family, thinking: 'marked' });
    const { calls } = joined([...reader.push(text), ...reader.end()]);
    if (calls.length > 0)
      return calls.map(({ function: { name, arguments: given } }) => ({ name, arguments: parseJson(given) }));
  }
  return [];
}
