/** Tool call format of a family of models. */
import { parseJson } from '../../../files/json.ts';
import type { ConstraintSpec, FreeCalls } from '@attune/constraint';

/** A call as the model wrote it. */
export interface WrittenCall {
  name: string;
  arguments: unknown;
}

export interface CallableTool {
  name: string;
  /** JSON schema of the arguments. */
  schema: Readonly<Record<string, unknown>>;
}

export interface ToolFamily {
  /** Whether a chat template asks for calls in this form. */
  fits(template: string): boolean;
  /** Marker of a call anywhere in the answer; without one, an answer consists of calls entirely or not at all. */
  mark?: string;
  /**
   * Parses calls from a text that starts with the mark, and their length; undefined while they are incomplete, null if
   * there are none.
   */
  read(text: string, isWhole: boolean): { calls: WrittenCall[]; length: number } | undefined | null;
  /** Constraint to answers that are calls of these tools and nothing else. */
  constraint(tools: readonly CallableTool[], isParallel: boolean): ConstraintSpec;
  /** Constraint to any answers whose calls are of these tools and match their schemas. */
  held(tools: readonly CallableTool[], isParallel: boolean): Omit<FreeCalls, 'thinking'>;
  /** Whether the constrained form differs from the family's own. */
  holdsOtherForm?: true;
}

/** Schema of one call, with the family's keys for name and arguments. */
export function callSchema(tools: readonly CallableTool[], argumentsKey: string): Record<string, unknown> {
  const $defs = Object.fromEntries(tools.map(({ schema }, i) => [`tool${i}`, relocated(schema, `#/$defs/tool${i}`)]));
  const alternatives = tools.map(({ name }, i) => ({
    type: 'object',
    properties: { name: { const: name }, [argumentsKey]: { $ref: `#/$defs/tool${i}` } },
    required: ['name', argumentsKey],
    additionalProperties: false,
  }));
  return { ...(alternatives.length === 1 ? alternatives[0] : { anyOf: alternatives }), $defs };
}

/** Moves a schema to another place, adjusting references within it. */
function relocated(schema: unknown, place: string): unknown {
  if (Array.isArray(schema)) return schema.map((part) => relocated(part, place));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#')
      ? [key, `${place}${value.slice(1)}`]
      : [key, relocated(value, place)],
  );
  return Object.fromEntries(entries);
}

/** Calls in an object or a list of objects; undefined if it contains anything else. */
export function callsIn(value: unknown): WrittenCall[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).map(callIn);
  return all.length > 0 && all.every((one) => one !== undefined) ? all : undefined;
}

function callIn(value: unknown): WrittenCall | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, arguments: given, parameters } = value as Record<string, unknown>;
  const found = given ?? parameters ?? {};
  return typeof name === 'string' && typeof found === 'object' ? { name, arguments: found } : undefined;
}

/** Start of a call in any family: prefix, name and arguments. */
const BEGUN =
  /^\s*(?:\[TOOL_CALLS\]|<\|python_tag\|>|`{3}(?:json)?)?[\s[]*\{\s*"name"\s*:\s*("[^"\\]*")\s*(?:,\s*"(?:arguments|parameters)"\s*:\s*([^]*))?/;

/** The call that a text breaks off in, if its name is complete; with its arguments so far. */
export function begunCall(text: string): { name: string; arguments: string } | undefined {
  const [, name, given = ''] = BEGUN.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { name: parseJson<string>(name), arguments: given.slice(0, endOfJson(given, 0)) };
}

/** The JSON value at the start of a text, and its length; undefined while incomplete, null if there is none. */
export function jsonAt(text: string): { value: unknown; length: number } | undefined | null {
  const start = text.length - text.trimStart().length;
  if (start === text.length) return undefined;
  if (text[start] !== '{' && text[start] !== '[') return null;
  const end = endOfJson(text, start);
  if (end === undefined) return undefined;
  try {
    return { value: parseJson(text.slice(start, end)) as unknown, length: end };
  } catch {
    return null;
  }
}

/** Index after the bracket that closes the one at `start`. */
function endOfJson(text: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (isText) {
      if (sign === '\\') at++;
      else if (sign === '"') isText = false;
    } else if (sign === '"') isText = true;
    else if (sign === '{' || sign === '[') depth++;
    else if ((sign === '}' || sign === ']') && --depth === 0) return at + 1;
  }
  return undefined;
}
