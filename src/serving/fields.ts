/** Handles unsupported fields of a request: rejects them, or drops them with or without a warning. */
import { table } from '../base/table.ts';
import type { z } from '@hono/zod-openapi';
import { shortList } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { ApiError } from './api-error.ts';
import { fieldNames, mayBeNull, nestedFields, type NestedField } from './nested-fields.ts';

export type UnsupportedPolicy = 'refuse' | 'warn' | 'ignore';

/** By field: the values that have no effect and are accepted. null always is. */
export type Unsupported = Readonly<Record<string, readonly unknown[]>>;

export interface CheckedFields {
  /** The body without unsupported fields and disallowed nulls. */
  body: Record<string, unknown>;
  /** Paths of dropped fields that would have had an effect. */
  dropped: string[];
  /** Error if the settings reject such fields; reported together with the body's other errors. */
  refusal?: ApiError;
}

export function checkFields(
  given: Readonly<Record<string, unknown>>,
  { schema, unsupported = {} }: { schema: z.ZodType; unsupported?: Unsupported },
  policy: UnsupportedPolicy,
): CheckedFields {
  const body: Record<string, unknown> = table({});
  const dropped: string[] = [];
  const known = fieldNames(schema);
  for (const [name, value] of Object.entries(given)) {
    if (value === null && !mayBeNull(schema, name)) continue;
    if (known.includes(name)) body[name] = value;
    else if (!hasNoEffect(value, Object.hasOwn(unsupported, name) ? unsupported[name] : undefined)) dropped.push(name);
  }
  const nested = nestedFields(schema, body);
  if (policy !== 'refuse') for (const { holder, name } of nested) delete holder[name];
  const unknown = [...dropped.map((name) => ({ path: name, name, known })), ...nested];
  const isRefused = policy === 'refuse' && unknown.length > 0;
  return {
    body,
    dropped: unknown.map(({ path }) => path),
    ...(isRefused && { refusal: refusalOf(unknown, unsupported) }),
  };
}

function hasNoEffect(value: unknown, neutral: readonly unknown[] | undefined): boolean {
  return neutral?.some((one) => JSON.stringify(one) === JSON.stringify(value)) === true;
}

/** Maximum length of a name with suggestions, since it is compared with all known names. */
const LONGEST_NAME = 64;
const MOST_NAMES = 10;

function refusalOf(
  fields: readonly Pick<NestedField, 'path' | 'name' | 'known'>[],
  unsupported: Unsupported,
): ApiError {
  const { shown, more } = shortList(fields, MOST_NAMES);
  const isUnsupported = (path: string): boolean => Object.hasOwn(unsupported, path);
  const messages = shown.map(({ path, name, known }) => {
    if (isUnsupported(path)) return `${path} is not supported`;
    if (name.length > LONGEST_NAME) return `${path.slice(0, LONGEST_NAME)}… is unknown`;
    const close = nearest(name, known);
    return `${path} is unknown${close === undefined ? '' : ` (did you mean ${close}?)`}`;
  });
  const [{ path: first }] = fields;
  const code = isUnsupported(first) ? 'unsupported_parameter' : 'unknown_parameter';
  const advice = `Remove ${fields.length === 1 ? 'it' : 'them'}, or start the server with --unsupported ignore.`;
  const message = [...messages, ...(more === undefined ? [] : [more]), advice].join('. ');
  return new ApiError(400, { message, param: first.slice(0, LONGEST_NAME), code });
}
