import type { Message } from '../../text/message.ts';
import type { ExampleBody } from './format.ts';
import { describeValue, isObject, type RowReader } from './row-reader.ts';
import { readTools } from './tools.ts';

/** Columns that any chat row may have beside its turns. */
export const chatFields: readonly string[] = ['tools', 'functions', 'chat_template_kwargs'];

/** A chat example from its turns; a conversation that nothing can be learnt from is a problem of `column`. */
export function chatBody(row: RowReader, column: string, messages: readonly Message[]): ExampleBody | undefined {
  if (!messages.some(({ role, weight }) => role === 'assistant' && weight !== 0)) {
    return row.problem(column, 'has no assistant turn to learn from', 'add the answer or delete the row');
  }
  return withExtras(row, messages);
}

/** A conversation that is to be answered: its last answer, where it ends with one, is what is asked for. */
export function chatInput(row: RowReader, messages: readonly Message[]): ExampleBody | undefined {
  const isAnswered = messages.at(-1)?.role === 'assistant';
  return withExtras(row, isAnswered ? messages : [...messages, { role: 'assistant', content: '' }]);
}

function withExtras(row: RowReader, messages: readonly Message[]): ExampleBody | undefined {
  const tools = readTools(row);
  const kwargs = row.json('chat_template_kwargs');
  if (kwargs !== undefined && !isObject(kwargs)) {
    return row.problem('chat_template_kwargs', `must be an object, not ${describeValue(kwargs)}`);
  }
  const extras = { ...(tools && { tools }), ...(kwargs && { chatTemplateKwargs: kwargs }) };
  return { kind: 'chat', messages, ...extras };
}

/** Turns that are context only: their answers are not learnt. */
export function asContext(messages: readonly Message[]): Message[] {
  return messages.map((message) => (message.role === 'assistant' ? { ...message, weight: 0 } : message));
}
