import type { Message } from '../../models/text/message.ts';
import type { ExampleBody } from './format.ts';
import { describeValue, IMAGE_COLUMNS, isObject, type RowReader } from './row-reader.ts';
import { readTools } from './tools.ts';

/** Optional columns of any chat row besides its turns. */
export const chatFields: readonly string[] = ['tools', 'functions', 'chat_template_kwargs', ...IMAGE_COLUMNS];

/** A chat example from its turns; a conversation without anything to train on is a problem of `column`. */
export function chatBody(row: RowReader, column: string, messages: readonly Message[]): ExampleBody | undefined {
  if (!messages.some(({ role, weight }) => role === 'assistant' && weight !== 0)) {
    return row.problem(column, 'has no assistant turn to train on', 'add the answer or delete the row');
  }
  return withExtras(row, messages);
}

/** A conversation to be answered; a final answer is removed. */
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
  const seen = withColumnImages(row, messages);
  if (seen === undefined) return undefined;
  const extras = { ...(tools && { tools }), ...(kwargs && { chatTemplateKwargs: kwargs }) };
  return { kind: 'chat', messages: seen, ...extras };
}

/**
 * Inserts the row's images before the first user text if no message refers to them; if some are referred to, all must
 * be.
 */
function withColumnImages(row: RowReader, messages: readonly Message[]): readonly Message[] | undefined {
  const hasTaken = row.hasTakenImages;
  const others = row.otherImages();
  if (others.length === 0) return messages;
  const column = IMAGE_COLUMNS.find((name) => row.has(name))!;
  if (hasTaken)
    return row.problem(column, `has ${others.length} more than the messages refer to`, 'refer to them or remove them');
  const first = messages.findIndex(({ role }) => role === 'user');
  if (first < 0) return row.problem(column, 'has no user turn to attach them to', 'add one, or remove the images');
  const images = others.map((file) => ({ at: 0, file }));
  return messages.with(first, { ...messages[first], images: [...images, ...(messages[first].images ?? [])] });
}

/** Turns as context only: their answers are not trained. */
export function asContext(messages: readonly Message[]): Message[] {
  return messages.map((message) => (message.role === 'assistant' ? { ...message, weight: 0 } : message));
}
