import type { Message } from '../../models/text/message.ts';
import { asTurns, promptFields, readAnswer, readPrompt, readTextOrTurns, type TextOrTurns } from './answers.ts';
import { readTurns } from './conversation.ts';
import type { ExampleBody, Format } from './format.ts';
import { labelledTurns } from './labelled-turns.ts';
import { describeValue, isObject, type RowReader } from './row-reader.ts';
import { checkTools, readTools } from './tools.ts';

const OPENAI = ['input', 'preferred_output', 'non_preferred_output'];

/**
 * Pairs: `{ prompt, chosen, rejected }` as texts or turns. The prompt may be implicit as the common beginning of both
 * answers, also in texts with `Human:` and `Assistant:` turns.
 * Also OpenAI's `{ input: { messages, tools? }, preferred_output, non_preferred_output }`.
 */
export const preference: Format = {
  fields: [...promptFields, 'chosen', 'rejected', 'margin', 'tools', ...OPENAI.slice(1)],
  recognise(sample) {
    if (sample.has('chosen', 'rejected')) return ['chosen', 'rejected'];
    return sample.has(...OPENAI) ? OPENAI : undefined;
  },
  read(row) {
    const pair = row.has('preferred_output') ? readOpenAi(row) : readPair(row);
    if (pair === undefined) return undefined;
    const { prompt, chosen, rejected } = pair;
    if (JSON.stringify(chosen) === JSON.stringify(rejected)) {
      return row.problem('rejected', 'is identical to chosen', 'the two answers of a pair must differ: delete the row');
    }
    const tools = pair.tools ?? readTools(row);
    const margin = readMargin(row);
    return {
      kind: 'preference',
      prompt,
      chosen,
      rejected,
      ...(tools && { tools }),
      ...(margin !== undefined && { margin }),
    };
  },
};

function readMargin(row: RowReader): number | undefined {
  if (!row.has('margin')) return undefined;
  const value = Number(row.value('margin'));
  return Number.isFinite(value) ? value : row.problem('margin', 'must be a number', 'or remove it');
}

type Pair = Pick<Extract<ExampleBody, { kind: 'preference' }>, 'prompt' | 'chosen' | 'rejected' | 'tools'>;

function readPair(row: RowReader): Pair | undefined {
  const [chosen, rejected] = [readTextOrTurns(row, 'chosen'), readTextOrTurns(row, 'rejected')];
  if (chosen === undefined || rejected === undefined) return undefined;
  const labelled = [chosen, rejected].map((text) => (typeof text === 'string' ? labelledTurns(text) : undefined));
  if (labelled[0] !== undefined && labelled[1] !== undefined) return splitChats(row, labelled[0], labelled[1]);
  const areChats = typeof chosen !== 'string' && typeof rejected !== 'string';
  if (areChats && chosen[0].role !== 'assistant') return splitChats(row, chosen, rejected);
  const hasPrompt = promptFields.some((column) => column !== 'system' && row.has(column));
  if (!hasPrompt && typeof chosen === 'string' && typeof rejected === 'string')
    return splitTexts(row, chosen, rejected);
  const prompt = readPrompt(row);
  if (prompt === undefined || readAnswer(row, 'chosen') === undefined || readAnswer(row, 'rejected') === undefined)
    return undefined;
  return alike(prompt, chosen, rejected);
}

/** All three as text or all three as turns. */
function alike(prompt: TextOrTurns, chosen: TextOrTurns, rejected: TextOrTurns): Pair {
  if ([prompt, chosen, rejected].every((part) => typeof part === 'string')) return { prompt, chosen, rejected };
  return {
    prompt: asTurns(prompt, 'user'),
    chosen: asTurns(chosen, 'assistant'),
    rejected: asTurns(rejected, 'assistant'),
  };
}

/** Two whole chats: their common prefix is the prompt; a `prompt` column only repeats it. */
function splitChats(row: RowReader, chosen: readonly Message[], rejected: readonly Message[]): Pair | undefined {
  row.value('prompt');
  let shared = 0;
  const limit = Math.min(chosen.length, rejected.length);
  while (shared < limit && JSON.stringify(chosen[shared]) === JSON.stringify(rejected[shared])) shared++;
  const answers = [chosen.slice(shared), rejected.slice(shared)];
  if (shared === 0)
    return row.problem('rejected', 'does not start with the same turns as chosen', 'give both the same prompt');
  if (answers.some((turns) => turns.length > 0 && turns[0].role !== 'assistant')) {
    return row.problem(
      'rejected',
      'differs from chosen in a turn other than the assistant’s',
      'give both the same prompt',
    );
  }
  if (answers.some((turns) => turns.length === 0))
    return row.problem('rejected', 'is a prefix of chosen, or the reverse');
  const empty = answers.findIndex((turns) =>
    turns.every(({ content, tool_calls: calls }) => content.trim() === '' && !calls),
  );
  if (empty >= 0)
    return row.problem(['chosen', 'rejected'][empty], 'ends in an empty answer', 'fill it or delete the row');
  return { prompt: chosen.slice(0, shared), chosen: answers[0], rejected: answers[1] };
}

/** Two texts without a prompt: their common prefix up to the last space is the prompt. */
function splitTexts(row: RowReader, chosen: string, rejected: string): Pair | undefined {
  row.used.add('prompt');
  let end = 0;
  while (end < chosen.length && chosen[end] === rejected[end]) end++;
  while (end > 0 && !/\s/.test(chosen[end - 1])) end--;
  const answers = { chosen: chosen.slice(end), rejected: rejected.slice(end) };
  if (chosen === rejected || (answers.chosen !== '' && answers.rejected !== ''))
    return { prompt: chosen.slice(0, end), ...answers };
  return row.problem(
    'rejected',
    'is a prefix of chosen, or the reverse',
    'add a "prompt" column to mark where the answers begin',
  );
}

function readOpenAi(row: RowReader): Pair | undefined {
  const input = row.json('input');
  if (!isObject(input)) return row.problem('input', `must be { messages: […] }, not ${describeValue(input)}`);
  const prompt = readTurns(row, 'input.messages', input.messages);
  const answers = OPENAI.slice(1).map((column) => readAnswer(row, column));
  const tools = checkTools(row, 'input.tools', input.tools);
  const [chosen, rejected] = answers;
  if (prompt === undefined || chosen === undefined || rejected === undefined) return undefined;
  return {
    prompt,
    chosen: asTurns(chosen, 'assistant'),
    rejected: asTurns(rejected, 'assistant'),
    ...(tools && { tools }),
  };
}
