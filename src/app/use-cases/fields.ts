import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { isRows } from '../rows/rows.ts';

export type Shape = Readonly<Record<string, z.ZodType>>;

/** Text typed for an option, or a list for an option that may be repeated. */
type Typed = string | readonly string[];

/** Command-line form of a field, and how its text is parsed. */
export interface FlagNotes {
  summary: string;
  /** Kind of value in capitals; absent for switches. */
  value?: string;
  /** Whether it may be repeated; otherwise only the last occurrence would count. */
  many?: true;
  /** Name of the flag, if it is not the field's name with dashes. A switch that begins with `--no-` sets false. */
  flag?: `--${string}`;
  /** Alternative spellings. */
  aliases?: readonly `--${string}`[];
  /** Whether only programs can pass it. */
  inMemory?: true;
  /** @throws AttuneError E_USAGE */
  read(typed: Typed, flag: string): unknown;
}

type More = Pick<FlagNotes, 'flag' | 'aliases'>;

export interface Argument<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  name: Name;
  /** Kind of value in capitals, as the help shows it. */
  value: string;
  summary: string;
  schema: Schema;
  required: boolean;
  many: boolean;
}

export interface Range {
  least?: number;
  most?: number;
  /** Whether `least` itself is out of range. */
  isAbove?: boolean;
  isWhole?: boolean;
}

const notesOfSchema = new WeakMap<z.ZodType, FlagNotes>();

/** Command-line form of a field; undefined for schemas that were not built by `fields`. */
export function flagNotes(schema: z.ZodType): FlagNotes | undefined {
  return (
    notesOfSchema.get(schema) ?? (schema instanceof z.ZodOptional ? flagNotes(schema.unwrap() as z.ZodType) : undefined)
  );
}

function noted<Schema extends z.ZodType>(
  schema: Schema,
  summary: string,
  notes: Omit<FlagNotes, 'summary'>,
): z.ZodOptional<Schema> {
  const described = schema.describe(summary);
  notesOfSchema.set(described, { ...notes, summary });
  return described.optional();
}

function place<Name extends string, Schema extends z.ZodType>(
  { many = false, ...shown }: { name: Name; value: string; summary: string; many?: boolean },
  schema: Schema,
): Argument<Name, Schema> {
  return { ...shown, schema, many, required: !(schema instanceof z.ZodOptional) };
}

const asText = (typed: Typed): string => (typeof typed === 'string' ? typed : typed.join(','));

/**
 * Builders of arguments and options. Options are optional unless `required`. Summaries appear in the help and state
 * the default.
 */
export const fields = {
  z,

  /** Positional argument. */
  argument: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary }, z.string()),

  /** Positional argument: text in a terminal, or a value passed by a program. */
  argumentOr: <Name extends string, Schema extends z.ZodType>(
    name: Name,
    value: string,
    summary: string,
    schema: Schema,
  ) => place({ name, value, summary }, z.union([z.string(), schema])),

  optionalArgument: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary }, z.string().optional()),

  /** All remaining arguments, at least one. */
  arguments: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary, many: true }, z.array(z.string()).min(1)),

  /** All remaining arguments, possibly none. */
  optionalArguments: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary, many: true }, z.array(z.string()).optional()),

  text: (value: string, summary: string, more: More = {}) =>
    noted(z.string(), summary, { ...more, value, read: asText }),

  /** May be repeated. */
  texts: (value: string, summary: string, more: More = {}) =>
    noted(z.array(z.string()), summary, { ...more, value, many: true, read: (typed) => [typed].flat() }),

  /** An integer above 0. */
  count: (value: string, summary: string, more: More = {}) =>
    noted(z.int().positive(), summary, { ...more, value, read: (typed, flag) => readCount(asText(typed), flag) }),

  number: (value: string, summary: string, range: Range = {}, more: More = {}) =>
    noted(
      z.number().refine((given) => isWithin(given, range), { error: expectedNumber(range) }),
      summary,
      { ...more, value, read: (typed, flag) => readNumber(asText(typed), flag, range) },
    ),

  choice: <const Choices extends readonly string[]>(
    choices: Choices,
    value: string,
    summary: string,
    more: More = {},
  ) =>
    noted(z.enum(choices), summary, {
      ...more,
      value,
      read: (typed, flag) => readChoice(asText(typed), flag, choices),
    }),

  /** Some of the known choices; the option is repeated for each. */
  choices: <const Choices extends readonly [string, ...string[]]>(
    choices: Choices,
    value: string,
    summary: string,
    more: More = {},
  ) =>
    noted(z.array(z.enum(choices)), summary, {
      ...more,
      value,
      many: true,
      read: (typed, flag) => [...new Set([typed].flat())].map((text) => readChoice(text, flag, choices)),
    }),

  /** A switch. */
  flag: (summary: string, more: More = {}) =>
    noted(z.boolean(), summary, { ...more, read: () => more.flag?.startsWith('--no-') !== true }),

  /** A value with its own command-line syntax. */
  parsed: <Schema extends z.ZodType>(
    schema: Schema,
    value: string,
    summary: string,
    { read, ...more }: More & { many?: true; read: (typed: Typed, flag: string) => z.input<Schema> },
  ) => noted(schema, summary, { ...more, value, read }),

  /** A file name; programs may pass the rows themselves. */
  rows: <Row = object>(value: string, summary: string, more: More = {}) =>
    noted(z.union([z.string(), z.custom<Iterable<Row> | AsyncIterable<Row>>(isRows)]), summary, {
      ...more,
      value,
      read: asText,
    }),

  /** Values that a command line cannot express, such as rows, functions and objects. */
  inMemory: <Value>(summary: string) => noted(z.custom<Value>(), summary, { inMemory: true, read: () => undefined }),

  /** Makes an option required. */
  required: <Schema extends z.ZodType>(field: z.ZodOptional<Schema>): Schema => field.unwrap() as Schema,
};

export type FieldKit = typeof fields;

function readCount(text: string, flag: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new AttuneError('E_USAGE', { what: `${flag} is not a count`, got: text, expected: 'a whole number above 0' });
}

function readChoice(text: string, flag: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new AttuneError('E_USAGE', { what: `${flag} cannot be "${text}"`, expected: choices.join(', ') });
}

function readNumber(text: string, flag: string, range: Range): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (isWithin(value, range)) return value;
  throw new AttuneError('E_USAGE', { what: `${flag} is out of range`, got: text, expected: expectedNumber(range) });
}

function isWithin(value: number, { least = -Infinity, most = Infinity, isAbove, isWhole }: Range): boolean {
  const isInside = Number.isFinite(value) && value <= most && (isAbove === true ? value > least : value >= least);
  return isInside && (isWhole !== true || Number.isSafeInteger(value));
}

function expectedNumber({ least = -Infinity, most = Infinity, isAbove, isWhole }: Range): string {
  const kind = isWhole === true ? 'a whole number' : 'a number';
  const from = Number.isFinite(least) ? [isAbove === true ? `above ${least}` : `of ${least} or more`] : [];
  const to = Number.isFinite(most) ? [`${most} at most`] : [];
  return `${kind} ${[...from, ...to].join(', ')}`.trim();
}
