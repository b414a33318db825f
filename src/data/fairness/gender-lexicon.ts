/** Gendered words, and names with their usual gender and origin; assets/fairness lists the sources. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Gender = 'female' | 'male';

/** A word's counterpart of the other gender; without `gender` it applies to both and identifies nobody. */
export interface GenderedWord {
  gender?: Gender;
  other?: string;
}

export interface GivenName {
  /** Usual gender of people with this name; `both` if used for both. */
  gender: Gender | 'both';
  /** One or several places where it is common. */
  origins: readonly string[];
}

/** Replacement names by origin. */
export interface NamePool {
  female: readonly string[];
  male: readonly string[];
  family: readonly string[];
}

/** Words for a nationality; `people` is empty if the adjective is used instead. */
export interface Nationality {
  country: string;
  adjective: string;
  people: string;
}

export interface Lexicon {
  words: ReadonlyMap<string, GenderedWord>;
  given: ReadonlyMap<string, GivenName>;
  pools: ReadonlyMap<string, NamePool>;
  /** Multi-word expressions, in lower case, that do not refer to a person despite their words. */
  phrases: readonly string[];
  /** Words that apply to one sex only, or whose change would affect more than the word. */
  sexBound: ReadonlySet<string>;
  /** Names that usually mean something else, such as a country; true if they may still be a person's. */
  noNames: ReadonlyMap<string, boolean>;
  /** Keyed by each of their words. */
  nationalities: ReadonlyMap<string, { nationality: Nationality; form: keyof Nationality }>;
  /** Nouns for people by occupation or property. */
  persons: ReadonlySet<string>;
  /** Full names of famous people, and the single names they are known by. */
  known: ReadonlySet<string>;
}

let loaded: Lexicon | undefined;

/** Loads the lists on first use. */
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

/** A name that ends in `!` is recognised by its last word alone. */
function readKnown(): Set<string> {
  return new Set(
    lines('known-people.txt').flatMap((line) => {
      const name = line.replace(/!$/, '');
      return line.endsWith('!') ? [name, name.slice(name.lastIndexOf(' ') + 1)] : [name];
    }),
  );
}
