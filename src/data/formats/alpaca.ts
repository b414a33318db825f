import type { Message } from '../../models/text/message.ts';
import { chatBody, chatFields, chatInput } from './chat-body.ts';
import type { Format } from './format.ts';
import { describeValue, type RowReader } from './row-reader.ts';

/** Alpaca's rows: `{ instruction, input?, output, system?, history?: [[question, answer], …] }`, as a chat. */
export const alpaca: Format = {
  fields: ['instruction', 'input', 'output', 'system', 'history', ...chatFields],
  recognise: (sample) => (sample.has('instruction', 'output') ? ['instruction', 'output'] : undefined),
  read(row) {
    const prompt = readInstruction(row);
    const answer = row.text('output');
    if (prompt === undefined || answer === undefined) return undefined;
    return chatBody(row, 'output', [...prompt, { role: 'assistant', content: answer }]);
  },
  readInput(row) {
    const prompt = readInstruction(row);
    return prompt && chatInput(row, prompt);
  },
};

/** Everything before the answer: system, earlier turns, then the instruction with its input on a separate line. */
export function readInstruction(row: RowReader): Message[] | undefined {
  const [system, input] = [row.optionalText('system'), row.optionalText('input')];
  // "Summarise:" may be in either column alone, but not missing from both.
  const instruction = input ? row.anyText('instruction') : row.text('instruction');
  const history = readHistory(row);
  if (system === undefined || input === undefined || instruction === undefined || history === undefined)
    return undefined;
  const opening: Message[] = system === '' ? [] : [{ role: 'system', content: system }];
  const question = [instruction, input].filter((part) => part !== '').join('\n');
  return [...opening, ...history, { role: 'user', content: question }];
}

function readHistory(row: RowReader): Message[] | undefined {
  const value = row.json('history');
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) return row.problem('history', `must be a list of pairs, not ${describeValue(value)}`);
  const turns = value.map((pair: unknown, index) => readPair(row, `history[${index}]`, pair));
  return turns.includes(undefined) ? undefined : turns.flatMap((pair) => pair!);
}

function readPair(row: RowReader, path: string, pair: unknown): Message[] | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) {
    return row.problem(path, `must be [question, answer], not ${describeValue(pair)}`);
  }
  const [question, answer] = pair.map((text, index) => row.checkText(`${path}[${index}]`, text));
  if (question === undefined || answer === undefined) return undefined;
  return [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ];
}
