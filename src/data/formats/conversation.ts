import type { Message } from '../../models/text/message.ts';
import { nearest } from '../../base/nearest.ts';
import { readParts, type MessageContent } from './message-parts.ts';
import { roleNames, roleOf, type Role } from './roles.ts';
import { describeValue, isObject, parseStructure, type RowReader } from './row-reader.ts';
import { readToolCalls } from './tools.ts';

const CALL_KEYS = ['tool_calls', 'function_call', 'tool_call_id'];
const KEYS = new Set(['role', 'from', 'content', 'value', 'name', 'reasoning_content', 'weight', ...CALL_KEYS]);

/** A column's conversation: a list of turns, in OpenAI's keys (role, content) or ShareGPT's (from, value). */
export function readConversation(row: RowReader, column: string): Message[] | undefined {
  return readTurns(row, column, row.json(column));
}

/** Turns from a value; a single turn counts as a list of one. */
export function readTurns(row: RowReader, path: string, value: unknown): Message[] | undefined {
  if (value === undefined) return row.problem(path, 'is missing', 'every row needs it');
  const list = isObject(value) ? [value] : value;
  if (!Array.isArray(list)) return row.problem(path, `must be a list of messages, not ${describeValue(value)}`);
  if (list.length === 0) return row.problem(path, 'has no messages', 'delete the row');
  const turns = list.map((turn, index) => readTurn(row, `${path}[${index}]`, turn));
  if (turns.includes(undefined)) return undefined;
  return checkToolResults(row, path, turns as Message[]);
}

function readTurn(row: RowReader, path: string, turn: unknown): Message | undefined {
  if (!isObject(turn)) return row.problem(path, `must be a message, not ${describeValue(turn)}`);
  const named = present(turn.role) ? 'role' : 'from';
  const role = roleOf(turn[named]);
  if (role === undefined)
    return unknownRole(row, `${path}.${named === 'from' && !present(turn.from) ? 'role' : named}`, turn[named]);
  for (const key of Object.keys(turn)) {
    if (!KEYS.has(key) && present(turn[key])) row.ignored.add(`${path.replace(/\[\d+\]/g, '[]')}.${key}`);
  }
  const before = row.problems.length;
  const message = role === 'function_call' ? callTurn(row, path, turn) : plainTurn(row, path, { ...turn, role });
  return row.problems.length === before ? message : undefined;
}

function unknownRole(row: RowReader, path: string, value: unknown): undefined {
  if (!present(value)) return row.problem(path, 'is missing', 'one of system, user, assistant, tool');
  const close = typeof value === 'string' ? nearest(value, roleNames) : undefined;
  const fix = close === undefined ? 'one of system, developer, user, assistant, tool' : `did you mean "${close}"?`;
  return row.problem(path, `is not a role: ${describeValue(value)}`, fix);
}

/** ShareGPT's turn with one call or a list of them, as JSON. */
function callTurn(row: RowReader, path: string, turn: Record<string, unknown>): Message | undefined {
  const key = present(turn.value) ? 'value' : 'content';
  const given = turn[key];
  const value = typeof given === 'string' ? parseStructure(given) : given;
  const calls = readToolCalls(row, `${path}.${key}`, isObject(value) ? [value] : value);
  return calls && { role: 'assistant', content: '', tool_calls: calls };
}

function plainTurn(row: RowReader, path: string, turn: Record<string, unknown> & { role: Role }): Message | undefined {
  const { role } = turn;
  const before = row.problems.length;
  const calls = readCalls(row, path, turn);
  const content = readContent(row, path, turn, role === 'assistant' && CALL_KEYS.some((key) => present(turn[key])));
  const message: Message = { role, content: content?.text ?? '' };
  if (content !== undefined && content.images.length > 0) message.images = content.images;
  // Templates distinguish null from a missing key.
  if (content?.text === '' && !present(turn.content) && !present(turn.value))
    message.contentless = turn.content === null ? 'null' : 'absent';
  for (const key of ['name', 'tool_call_id', 'reasoning_content'] as const) {
    if (present(turn[key])) message[key] = row.checkText(`${path}.${key}`, turn[key]);
  }
  if (calls !== undefined) message.tool_calls = calls;
  const weight = readWeight(row, path, turn);
  if (weight !== undefined) message.weight = weight;
  const isEmpty = message.content.trim() === '' && calls === undefined && !present(turn.reasoning_content);
  if (role === 'assistant' && isEmpty && weight !== 0 && row.problems.length === before) {
    return row.problem(
      `${path}.content`,
      'is an empty answer',
      'fill it, delete the row, or give the message weight 0',
    );
  }
  return message;
}

function readCalls(row: RowReader, path: string, turn: Record<string, unknown>): Message['tool_calls'] {
  const isOld = !present(turn.tool_calls) && present(turn.function_call);
  const key = isOld ? 'function_call' : 'tool_calls';
  if (!present(turn[key])) return undefined;
  const value = isOld ? [turn[key]] : turn[key];
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (turn.role !== 'assistant') return row.problem(`${path}.${key}`, 'only an assistant turn can call tools');
  return readToolCalls(row, `${path}.${key}`, value);
}

function readContent(
  row: RowReader,
  path: string,
  turn: Record<string, unknown> & { role: Role },
  mayLack: boolean,
): MessageContent | undefined {
  const key = present(turn.content) || !present(turn.value) ? 'content' : 'value';
  const value = turn[key];
  if (present(value)) return readParts(row, `${path}.${key}`, { value, mayHoldImages: turn.role !== 'assistant' });
  return mayLack
    ? { text: '', images: [] }
    : row.problem(`${path}.${key}`, 'is missing', 'every message needs its text');
}

function readWeight(row: RowReader, path: string, turn: Record<string, unknown>): Message['weight'] {
  const { weight, role } = turn;
  if (!present(weight)) return undefined;
  if (weight !== 0 && weight !== 1)
    return row.problem(`${path}.weight`, `must be 0 or 1, not ${describeValue(weight)}`);
  if (role !== 'assistant') return row.problem(`${path}.weight`, 'only assistant turns have a weight', 'delete it');
  return weight;
}

/** A tool result must follow the call that it names. */
function checkToolResults(row: RowReader, path: string, messages: Message[]): Message[] | undefined {
  const called = new Set<string>();
  const before = row.problems.length;
  for (const [index, message] of messages.entries()) {
    for (const { id } of message.tool_calls ?? []) if (id !== undefined) called.add(id);
    const wanted = message.tool_call_id;
    if (message.role !== 'tool' || wanted === undefined || called.has(wanted)) continue;
    row.problem(`${path}[${index}].tool_call_id`, `no earlier call has the id ${JSON.stringify(wanted)}`);
  }
  return row.problems.length === before ? messages : undefined;
}

function present(value: unknown): boolean {
  return value !== null && value !== undefined;
}
