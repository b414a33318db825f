import type { FreeCalls } from './free-calls.ts';
import type { WrappedSchema } from './wrapped.ts';

/** A parsed JSON schema; validated when the constraint is compiled. */
type Schema = boolean | object;

/**
 * Constraint on an answer: JSON that matches a schema, a text that matches a regular expression as a whole, or one of a
 * list; JSON between fixed texts, or free text whose tool calls match their schemas. OpenAI's `response_format` is
 * accepted too.
 */
export type ConstraintSpec =
  | { schema: Schema }
  | { regex: string }
  | { choices: readonly string[] }
  | { wrapped: WrappedSchema }
  | { calls: FreeCalls }
  | ResponseFormat;

/** As in OpenAI's chat completions; `json_object` means any object. */
export type ResponseFormat =
  | { type: 'json_schema'; json_schema: { schema: Schema; name?: string; strict?: boolean } }
  | { type: 'json_object' };

/** The kinds given in a spec, with their values; nothing is validated. */
export function kindsIn(spec: ConstraintSpec): [kind: string, value: unknown][] {
  if (!('type' in spec)) return Object.entries(spec).filter(([, value]) => value !== undefined);
  if (spec.type === 'json_object') return [['schema', { type: 'object' }]];
  if (spec.type === 'json_schema') return [['schema', spec.json_schema?.schema]];
  return [[`response_format of type ${String((spec as { type: unknown }).type)}`, undefined]];
}
