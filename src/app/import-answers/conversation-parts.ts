/** Parses prompts and answers in other tools' conversation formats. */
import { isPlainObject } from '../../base/plain-object.ts';
import { parseJson } from '../../files/json.ts';
import type { Asked } from '../../monitoring/index.ts';

type Message = { role: string; content: string };

/** Parses a value that was encoded as a JSON text, as in tables and attributes. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

/** A text, messages, or columns; undefined if it contains anything other than text. */
export function askedOf(given: unknown, instructions?: unknown): Asked | undefined {
  const value = unpacked(given);
  const system = textOf(unpacked(instructions));
  const told = system === undefined || system === '' ? [] : [{ role: 'system', content: system }];
  if (typeof value === 'string') return told.length === 0 ? value : [...told, { role: 'user', content: value }];
  const list = Array.isArray(value) ? value : isPlainObject(value) ? listIn(value) : undefined;
  if (list !== undefined) {
    const messages = list.map(messageOf);
    return messages.length === 0 || messages.includes(undefined) ? undefined : [...told, ...(messages as Message[])];
  }
  if (!isPlainObject(value)) return undefined;
  const single = messageOf(value);
  if (single !== undefined) return [...told, single];
  const columns = Object.entries(value).filter(([, one]) => typeof one === 'string');
  if (columns.length === 0) return undefined;
  return columns.length === 1 ? (columns[0][1] as string) : Object.fromEntries(columns);
}

/** The list in `{messages: […]}`, the form of API requests. */
function listIn({ messages, input }: Record<string, unknown>): unknown[] | undefined {
  return [messages, input].find((one) => Array.isArray(one)) as unknown[] | undefined;
}

const ANSWER_KEYS = ['content', 'text', 'answer', 'output', 'completion', 'message', 'result'];

/** The text of an answer: a plain text, a message, the last of several, or an API reply. */
export function answerOf(given: unknown): string | undefined {
  const value = unpacked(given);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const said = value.findLast((one) => isPlainObject(one) && (one.role === undefined || one.role === 'assistant'));
    return said === undefined ? textOf(value) : (messageOf(said)?.content ?? answerOf(said));
  }
  if (!isPlainObject(value)) return undefined;
  if (callsTools(value)) return undefined;
  const { choices } = value;
  if (Array.isArray(choices) && isPlainObject(choices[0])) return answerOf(choices[0].message ?? choices[0].text);
  if (Array.isArray(value.parts)) return textOf(value.parts);
  for (const key of ANSWER_KEYS) if (Object.hasOwn(value, key)) return answerOf(value[key]);
  return undefined;
}

function callsTools({ tool_calls: calls, function_call: call, parts }: Record<string, unknown>): boolean {
  const hasPart = Array.isArray(parts) && parts.some((part) => isPlainObject(part) && part.type === 'tool_call');
  return hasPart || (Array.isArray(calls) && calls.length > 0) || (call !== undefined && call !== null);
}

const ROLES: ReadonlyMap<string, string> = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['model', 'assistant'],
  ['developer', 'system'],
]);

/** Parses a message; undefined if it has no role or no text, or calls a tool. */
export function messageOf(given: unknown): Message | undefined {
  if (!isPlainObject(given) || typeof given.role !== 'string' || callsTools(given)) return undefined;
  const content = textOf(given.content ?? given.parts);
  const role = given.role.toLowerCase();
  return content === undefined ? undefined : { role: ROLES.get(role) ?? role, content };
}

/** Text of a string, or of parts that are all texts. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: unknown) => {
    if (typeof part === 'string') return part;
    if (!isPlainObject(part)) return undefined;
    const text = part.content ?? part.text;
    return part.type === 'tool_call_response' || typeof text !== 'string' ? undefined : text;
  });
  return parts.includes(undefined) ? undefined : parts.join('\n');
}
