/** Items of responses and conversations as clients receive them. */
import { z } from '@hono/zod-openapi';
import { invalidValue } from '../api-error.ts';
import { newKeptId } from '../kept/kept-objects.ts';
import type { OutputItem } from './reply.ts';
import { isMessage, type InputItem } from './responses-request.ts';

export const conversationItem = z.looseObject({ id: z.string(), type: z.string() }).openapi('ConversationItem');

export type ConversationItem = z.output<typeof conversationItem>;

const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fco',
  reasoning: 'rs',
};

/** Copies items with new ids, since a client could send any id. @throws ApiError 400 for a reference to an item */
export function newItems(items: readonly InputItem[]): ConversationItem[] {
  return items.map((item, i) => {
    if (item.type !== 'item_reference') return withId(item, newKeptId(`${PREFIXES[item.type ?? 'message']}_`));
    throw invalidValue(`items[${i}]`, 'A conversation needs complete items, not references.');
  });
}

/** A message, call or result in full form. */
export function withId(item: InputItem, id: string): ConversationItem {
  if (item.type === 'function_call' || item.type === 'function_call_output')
    return { status: 'completed', ...item, id };
  if (!isMessage(item)) return { ...item, id };
  const { content, role } = item;
  return {
    ...item,
    id,
    type: 'message',
    status: 'completed',
    content: typeof content === 'string' ? [textPart(role, content)] : content,
  };
}

function textPart(role: string, text: string): object {
  return role === 'assistant'
    ? { type: 'output_text', text, annotations: [], logprobs: [] }
    : { type: 'input_text', text };
}

export function asInput(item: OutputItem): InputItem[] {
  if (item.type === 'reasoning') return [];
  return item.type === 'message' ? [{ type: 'message', role: 'assistant', content: item.content }] : [item];
}
