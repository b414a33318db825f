import type { FreeCalls } from './free-calls.ts';
import type { WrappedSchema } from './wrapped.ts';

/** A JSON schema as it is parsed; read and checked when the constraint is made. */
type Schema = boolean | object;

/**
 * Constraint on an answer: JSON that fits a schema, a text that matches a regular expression as a whole, or one of a
 * list; JSON between fixed texts, or free text whose tool calls fit their schemas. OpenAI's `response_format` is
 * accepted too.
 */
export type ConstraintSpec =
  | { schema: Schema }
  | { regex: string }
  | { choices: readonly string[] }
  | { wrapped: WrappedSchema }
  | { calls: FreeCalls }
  | ResponseFormat;

/** As in OpenAI's chat completions; `json_object` is any object. */
export type ResponseFormat =
  | { type: 'json_schema'; json_schema: { schema: Schema; name?: string; strict?: boolean } }
  | { type: 'json_object' };

/** The kinds that are asked for, with what each is given; nothing is checked. */
export function kindsIn(spec: ConstraintSpec): [kind: string, value: unknown][] {
  if (!('type' in spec)) return Object.entries(spec).filter(([, value]) => value !== undefined);
  if (spec.type === 'json_object') return [['schema', { type: 'object' }]];
  if (spec.type === 'json_schema') return [['schema', spec.json_schema?.schema]];
  return [[`response_format of type ${String((spec as { type: unknown }).type)}`, undefined]];
}
