import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { isRows } from '../rows/rows.ts';

export type Shape = Readonly<Record<string, z.ZodType>>;

/** The words typed for an option: one, or all of them where it may be given several times. */
type Typed = string | readonly string[];

/** How a field looks on a command line, and how its text is read. */
export interface FlagNotes {
  summary: string;
  /** The kind of value, in capitals; without it the field is a switch. */
  value?: string;
  /** May be given several times; elsewhere only the last one would count. */
  many?: true;
  /** The flag, where it is not the field's name with dashes. A switch that begins with `--no-` says false. */
  flag?: `--${string}`;
  /** Other spellings. */
  aliases?: readonly `--${string}`[];
  /** Only programs can give it. */
  inMemory?: true;
  /** @throws AttuneError E_USAGE */
  read(typed: Typed, flag: string): unknown;
}

type More = Pick<FlagNotes, 'flag' | 'aliases'>;

export interface Argument<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  name: Name;
  /** In capitals, as the help shows it. */
  value: string;
  summary: string;
  schema: Schema;
  required: boolean;
  many: boolean;
}

export interface Range {
  least?: number;
  most?: number;
  /** `least` itself is out of range. */
  isAbove?: boolean;
  isWhole?: boolean;
}

const notesOfSchema = new WeakMap<z.ZodType, FlagNotes>();

/** A field's flag; undefined for schemas that were not made by the kit. */
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
 * Builders of arguments and options. Options are optional unless `required`; summaries are printed by the help, so
 * they contain the default.
 */
export const fields = {
  z,

  /** By position. */
  argument: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary }, z.string()),

  /** By position: text in a terminal, or a value that a program has. */
  argumentOr: <Name extends string, Schema extends z.ZodType>(
    name: Name,
    value: string,
    summary: string,
    schema: Schema,
  ) => place({ name, value, summary }, z.union([z.string(), schema])),

  optionalArgument: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary }, z.string().optional()),

  /** All that follow: one or more. */
  arguments: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary, many: true }, z.array(z.string()).min(1)),

  /** All that follow, which may be none. */
  optionalArguments: <Name extends string>(name: Name, value: string, summary: string) =>
    place({ name, value, summary, many: true }, z.array(z.string()).optional()),

  text: (value: string, summary: string, more: More = {}) =>
    noted(z.string(), summary, { ...more, value, read: asText }),

  /** May be given several times. */
  texts: (value: string, summary: string, more: More = {}) =>
    noted(z.array(z.string()), summary, { ...more, value, many: true, read: (typed) => [typed].flat() }),

  /** A whole number above 0. */
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

  /** Some of the known ones, each given by an option of its own. */
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

  /** A value with a form of its own in a terminal. */
  parsed: <Schema extends z.ZodType>(
    schema: Schema,
    value: string,
    summary: string,
    { read, ...more }: More & { many?: true; read: (typed: Typed, flag: string) => z.input<Schema> },
  ) => noted(schema, summary, { ...more, value, read }),

  /** A file's name; a program may give the rows themselves. */
  rows: <Row = object>(value: string, summary: string, more: More = {}) =>
    noted(z.union([z.string(), z.custom<Iterable<Row> | AsyncIterable<Row>>(isRows)]), summary, {
      ...more,
      value,
      read: asText,
    }),

  /** Values that no command line can give: rows, functions, objects of the program's own. */
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
