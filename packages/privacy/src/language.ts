/** Lexicons: words that give evidence about the words next to them, read from packages/privacy/assets/lexicon. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AttuneError, type Problem } from '@attune/base/errors';
import { kinds, type Kind } from './kinds.ts';

const MONTHS = 12;
const DAYS = 7;

/** Comma-separated words and phrases; a trailing `~` matches any ending. */
const terms = z
  .union([z.string(), z.array(z.string())])
  .transform((value) =>
    (Array.isArray(value) ? value : value.split(',')).map((term) => term.trim()).filter((term) => term !== ''),
  );
const words = (count: number, what: string) =>
  z
    .string()
    .transform((line) => line.trim().split(/\s+/))
    .refine((names) => names.length === count, `expected ${count} words, the names of all ${what} in order`);
const byKind = z.partialRecord(z.enum(kinds), terms);

/** Sorts of words, apart from the keywords that introduce a value. */
export const WORD_SORTS = [
  'titles',
  'people',
  'living',
  'greetings',
  'saying',
  'labels',
  'particles',
  'firms',
  'places',
  'called_after',
  'things',
  'plain',
  'streets',
  'units',
  'boxes',
  'houses',
  'beside',
  'regions',
  'countries',
  'directions',
  'measures',
] as const;
export type WordSort = (typeof WORD_SORTS)[number];

const schema = z.strictObject({
  /** Terms followed by a value of their kind, such as "account number". */
  announcing: byKind.default({}),
  /** Terms followed by a value if a word for "number" is in between, such as "customer". */
  owners: byKind.default({}),
  /** Phrases that are personal data themselves, such as "iris scan". */
  phrases: byKind.default({}),
  words: z.partialRecord(z.enum(WORD_SORTS), terms).default({}),
  /** Words for "number". */
  numbers: terms.default([]),
  /** Words allowed between a keyword and its value, such as "is". */
  linking: terms.default([]),
  /** Words whose numbers belong to no person, such as "invoice". */
  nobody: terms.default([]),
  /** Digits spelt out. */
  figures: terms.default([]),
  months: z.array(words(MONTHS, 'months')).default([]),
  /** Months of calendars with more or fewer than twelve. */
  other_months: terms.default([]),
  weekdays: z.array(words(DAYS, 'days of the week, Monday first')).default([]),
  short_weekdays: z.array(words(DAYS, 'days of the week, Monday first')).default([]),
});

/** The content of one file, as plain data. */
export type Language = z.output<typeof schema> & { name: string };

const FOLDER = new URL('../assets/lexicon/', import.meta.url);

let shipped: readonly Language[] | undefined;

/** The languages of the package, sorted by name. */
export function languages(): readonly Language[] {
  shipped ??= readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => readLanguage(fileURLToPath(new URL(file, FOLDER))));
  return shipped;
}

/** @throws AttuneError E_FILE_MISSING; E_LEXICON with every error and its line */
export function readLanguage(file: string): Language {
  const text = textOf(file);
  const document = parseDocument(text);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const broken = document.errors.map(({ message, pos }): Problem => ({
    file,
    line: lineAt(pos[0]),
    message: message.split('\n')[0],
  }));
  if (broken.length > 0) throw refused(file, broken);
  const result = schema.safeParse(document.toJS() ?? {});
  if (result.success) return { ...result.data, name: nameOf(file) };
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      if (node?.range !== undefined) return lineAt(node.range[0]);
    }
    return 1;
  };
  throw refused(
    file,
    result.error.issues.map(({ path, message, code, ...issue }) => {
      const unknown = code === 'unrecognized_keys' ? (issue as { keys: string[] }).keys[0] : undefined;
      const whole = unknown === undefined ? path : [...path, unknown];
      return { file, line: lineOf(whole), field: whole.join('.'), message: explained(message, unknown, path) };
    }),
  );
}

function explained(message: string, unknown: string | undefined, path: readonly PropertyKey[]): string {
  if (unknown === undefined) return message;
  const known = path.length === 0 ? Object.keys(schema.shape) : path[0] === 'words' ? WORD_SORTS : kinds;
  return `unknown key; known: ${known.join(', ')}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AttuneError('E_FILE_MISSING', {
      what: `The lexicon ${file} cannot be read`,
      got: (cause as Error).message,
      fix: 'name a .yaml file with words of a language',
      cause,
    });
  }
}

function refused(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_LEXICON', {
    what: `${file} is not a lexicon`,
    problems,
    fix: 'write it as docs/personal-data.md shows: "announcing: { passport: número de pasaporte }"',
  });
}

function nameOf(file: string): string {
  return file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '');
}

/** All terms of one sort, each with its meaning. */
export function* termsByKind(
  all: readonly Language[],
  key: 'announcing' | 'owners' | 'phrases',
): Generator<[kind: Kind, term: string]> {
  for (const language of all)
    for (const [kind, list] of Object.entries(language[key])) for (const term of list) yield [kind as Kind, term];
}
