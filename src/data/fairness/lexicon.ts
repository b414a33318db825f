/** Words that tell of gender, names with their usual gender and origin; assets/fairness says where they come from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Gender = 'female' | 'male';

/** Counterpart of a word for the other gender; without `gender` it applies to both and identifies nobody. */
export interface GenderedWord {
  gender?: Gender;
  other?: string;
}

export interface GivenName {
  /** Usual gender of people with this name; `both` if it is given to both. */
  gender: Gender | 'both';
  /** Where it is usual: one place, or several. */
  origins: readonly string[];
}

/** Names that a changed row may be given, by where they are usual. */
export interface NamePool {
  female: readonly string[];
  male: readonly string[];
  family: readonly string[];
}

/** The words for where people are from; `people` is empty where the adjective stands for them. */
export interface Nationality {
  country: string;
  adjective: string;
  people: string;
}

export interface Lexicon {
  words: ReadonlyMap<string, GenderedWord>;
  given: ReadonlyMap<string, GivenName>;
  pools: ReadonlyMap<string, NamePool>;
  /** Expressions of several words in which no word tells of anybody, in small letters. */
  phrases: readonly string[];
  /** Words bound to one sex, or whose change would affect more than the word. */
  sexBound: ReadonlySet<string>;
  /** Names that usually mean something else, such as a country; true if they may still be a person's. */
  noNames: ReadonlyMap<string, boolean>;
  /** By each of their words. */
  nationalities: ReadonlyMap<string, { nationality: Nationality; form: keyof Nationality }>;
  /** Words for people by what they do or are. */
  persons: ReadonlySet<string>;
  /** Full names of people whom everybody knows, and what they are known by alone. */
  known: ReadonlySet<string>;
}

let loaded: Lexicon | undefined;

/** Reads the lists when they are first asked for. */
export function lexicon(): Lexicon {
  loaded ??= {
    words: readWords(),
    given: readGiven(),
    pools: readPools(),
    phrases: lines('phrases.txt'),
    sexBound: new Set(lines('sex-bound.txt')),
    noNames: new Map(lines('no-names.txt').map((line) => [line.replace(/\?$/, ''), line.endsWith('?')])),
    nationalities: readNationalities(),
    persons: new Set(lines('persons.txt')),
    known: readKnown(),
  };
  return loaded;
}

function lines(name: string): string[] {
  const path = fileURLToPath(new URL(`../../../assets/fairness/${name}`, import.meta.url));
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

const TITLES: [string, GenderedWord][] = [
  ['mr', { gender: 'male', other: 'ms' }],
  ['mrs', { gender: 'female', other: 'mr' }],
  ['ms', { gender: 'female', other: 'mr' }],
  ['miss', { gender: 'female', other: 'mr' }],
];

/** Feminine, then masculine; words in brackets are forms of the other word and identify nobody by themselves. */
function readWords(): Map<string, GenderedWord> {
  const words = new Map<string, GenderedWord>(TITLES);
  const add = (word: string, gender: Gender, other: string): void => {
    if (!word.startsWith('(') && !words.has(word)) words.set(word, { gender, other: other.replaceAll(/[()]/g, '') });
  };
  for (const line of lines('gendered-words.tsv')) {
    const [feminine, masculine] = line.split('\t');
    add(feminine, 'female', masculine);
    add(masculine, 'male', feminine);
  }
  return words;
}

function readGiven(): Map<string, GivenName> {
  const genders = { f: 'female', m: 'male', b: 'both' } as const;
  return new Map(
    lines('given.tsv').map((line) => {
      const [name, gender, origins] = line.split('\t');
      return [name, { gender: genders[gender as keyof typeof genders], origins: origins.split(' ') }];
    }),
  );
}

function readPools(): Map<string, NamePool> {
  const pools = new Map<string, NamePool>();
  for (const line of lines('pools.tsv')) {
    const [origin, kind, names] = line.split('\t');
    const pool = pools.get(origin) ?? { female: [], male: [], family: [] };
    pools.set(origin, { ...pool, [kind]: names.split(' ') });
  }
  return pools;
}

function readNationalities(): Map<string, { nationality: Nationality; form: keyof Nationality }> {
  const words = lines('nationalities.tsv').flatMap((line) => {
    const [country, adjective, people] = line.split('\t');
    const nationality = { country, adjective, people };
    return Object.entries(nationality).map(
      ([form, word]) => [word, { nationality, form: form as keyof Nationality }] as const,
    );
  });
  return new Map(words.filter(([word]) => word !== ''));
}

/** A name that ends in `!` is known by its last word alone. */
function readKnown(): Set<string> {
  return new Set(
    lines('known-people.txt').flatMap((line) => {
      const name = line.replace(/!$/, '');
      return line.endsWith('!') ? [name, name.slice(name.lastIndexOf(' ') + 1)] : [name];
    }),
  );
}
