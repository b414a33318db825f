/** Fields of a request that nothing here follows: refused, dropped with a warning, or dropped. */
import { table } from '../base/table.ts';
import type { z } from '@hono/zod-openapi';
import { shortList } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { ApiError } from './api-error.ts';

export type UnsupportedPolicy = 'refuse' | 'warn' | 'ignore';

/** By field: values that ask for nothing and so may be sent; null always is one of them. */
export type Unsupported = Readonly<Record<string, readonly unknown[]>>;

export interface CheckedFields {
  /** Without fields that are null, or that nothing here follows. */
  body: Record<string, unknown>;
  /** Names of fields that were dropped although they ask for something. */
  dropped: string[];
  /** Where the policy is to refuse them: what the client is told, beside what else is wrong with the body. */
  refusal?: ApiError;
}

export function checkFields(
  given: Readonly<Record<string, unknown>>,
  { known, unsupported = {} }: { known: readonly string[]; unsupported?: Unsupported },
  policy: UnsupportedPolicy,
): CheckedFields {
  const body: Record<string, unknown> = table({});
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    if (known.includes(name)) body[name] = value;
    else if (!asksNothing(value, Object.hasOwn(unsupported, name) ? unsupported[name] : undefined)) dropped.push(name);
  }
  const isRefused = policy === 'refuse' && dropped.length > 0;
  return { body, dropped, ...(isRefused && { refusal: refusalOf(dropped, known, unsupported) }) };
}

function asksNothing(value: unknown, neutral: readonly unknown[] | undefined): boolean {
  return neutral?.some((one) => JSON.stringify(one) === JSON.stringify(value)) === true;
}

/** A name is compared with all known ones: endless names, and endlessly many, would keep the server busy. */
const LONGEST_NAME = 64;
const MOST_NAMES = 10;

function refusalOf(names: readonly string[], known: readonly string[], unsupported: Unsupported): ApiError {
  const { shown, more } = shortList(names, MOST_NAMES);
  const messages = shown.map((name) => {
    if (Object.hasOwn(unsupported, name)) return `${name} is not supported here`;
    if (name.length > LONGEST_NAME) return `${name.slice(0, LONGEST_NAME)}… is unknown`;
    const close = nearest(name, known);
    return `${name} is unknown${close === undefined ? '' : ` (did you mean ${close}?)`}`;
  });
  const [first] = names;
  const code = Object.hasOwn(unsupported, first) ? 'unsupported_parameter' : 'unknown_parameter';
  const advice = `Leave ${names.length === 1 ? 'it' : 'them'} out, or start the server with --unsupported ignore.`;
  const message = [...messages, ...(more === undefined ? [] : [more]), advice].join('. ');
  return new ApiError(400, { message, param: first.slice(0, LONGEST_NAME), code });
}

/** Names of the fields of an object's schema. */
export function fieldsOf(schema: z.ZodType): string[] {
  const made = schema.def as unknown as { shape?: Record<string, unknown>; in?: z.ZodType; innerType?: z.ZodType };
  const inner = made.in ?? made.innerType;
  return inner === undefined ? Object.keys(made.shape ?? {}) : fieldsOf(inner);
}
