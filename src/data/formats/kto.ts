import type { Message } from '../../models/text/message.ts';
import { asTurns, promptFields, readAnswer, readPrompt, type TextOrTurns } from './answers.ts';
import type { ColumnSample, ExampleBody, Format } from './format.ts';
import { describeValue, type RowReader } from './row-reader.ts';

/**
 * KTO's rows: `{ prompt, completion, label }` with thumbs up or down; also a whole chat as the completion, or `kto_tag`
 * as the label.
 */
export const kto: Format = {
  fields: [...promptFields, 'completion', 'output', 'label', 'kto_tag'],
  recognise(sample) {
    const label = ['kto_tag', 'label'].find((name) => hasVerdicts(sample, name));
    if (label === undefined) return undefined;
    const shapes = [['prompt', 'completion'], ['messages'], ['conversations'], ['instruction', 'output']];
    const columns = shapes.find((shape) => sample.has(...shape));
    return columns && [...columns, label];
  },
  read(row) {
    const parts = readParts(row);
    const label = readVerdict(row);
    if (parts === undefined || label === undefined) return undefined;
    return { kind: 'feedback', ...parts, label };
  },
};

type Parts = Pick<Extract<ExampleBody, { kind: 'feedback' }>, 'prompt' | 'completion'>;

function readParts(row: RowReader): Parts | undefined {
  const answerColumn = ['completion', 'output'].find((name) => row.has(name));
  const prompt = readPrompt(row);
  if (answerColumn !== undefined) {
    const completion = readAnswer(row, answerColumn);
    return prompt === undefined || completion === undefined ? undefined : alike(prompt, completion);
  }
  if (prompt === undefined) return undefined;
  return typeof prompt === 'string'
    ? row.problem('completion', 'is missing', 'add the answer')
    : splitChat(row, prompt);
}

/** Both as text or both as turns. */
function alike(prompt: TextOrTurns, completion: TextOrTurns): Parts {
  if (typeof prompt === 'string' && typeof completion === 'string') return { prompt, completion };
  return { prompt: asTurns(prompt, 'user'), completion: asTurns(completion, 'assistant') };
}

/** A whole chat: the verdict applies to its last answer. */
function splitChat(row: RowReader, turns: readonly Message[]): Parts | undefined {
  const answer = turns.at(-1);
  if (answer?.role === 'assistant' && turns.length > 1) return { prompt: turns.slice(0, -1), completion: [answer] };
  const column = row.has('conversations') ? 'conversations' : 'messages';
  return row.problem(column, 'must end with the assistant turn to be judged', 'add it or delete the row');
}

const VERDICTS: Record<string, boolean> = { true: true, false: false, 1: true, 0: false };

function verdictOf(value: unknown): boolean | undefined {
  const name = String(value).toLowerCase();
  return typeof value !== 'object' && Object.hasOwn(VERDICTS, name) ? VERDICTS[name] : undefined;
}

function hasVerdicts(sample: ColumnSample, column: string): boolean {
  return sample.has(column) && sample.values(column).every((value) => verdictOf(value) !== undefined);
}

function readVerdict(row: RowReader): boolean | undefined {
  const column = row.has('kto_tag') ? 'kto_tag' : 'label';
  const value = row.value(column);
  if (value === undefined) return row.problem(column, 'is missing', 'true for a good answer, false for a bad one');
  return verdictOf(value) ?? row.problem(column, `must be true or false, not ${describeValue(value)}`);
}
