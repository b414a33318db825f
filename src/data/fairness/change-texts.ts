/** Rewrites the texts of a row for a person of another group, changing nothing else. */
import { shuffled } from '../../base/random.ts';
import { asListed } from '@attune/privacy/gazetteer';
import type { Axis } from './axes.ts';
import { changeNationality, type LeftOut, type ChangeOptions, type ChangedTexts } from './change-nationality.ts';
import { TextEdits, type Change } from './edits.ts';
import { lexicon, type Gender } from './gender-lexicon.ts';
import { mentionsIn, type Mention, type Mentions } from './mentions.ts';
import { otherPronoun } from './pronouns.ts';
import { wordsOf } from './words.ts';

/** Reasons for doubt besides those of `mentionsIn`. */
const doubts = {
  pronoun: '"her" may be "his" or "him"',
  sexBound: 'the statement usually applies to one gender only',
  address: 'a name is part of an address or a user name',
  both: 'a name used for both genders',
  names: 'no name of the same origin is known',
  family: 'a family name without its given name',
} as const;

class Doubtful extends Error {}

/** Rewrites all texts of a row together, so that each person keeps one name and gender. */
export function changeTexts(texts: readonly string[], options: ChangeOptions): ChangedTexts | LeftOut {
  if (options.axis === 'nationality') return changeNationality(texts, texts.map(wordsOf), options);
  const read = texts.map(mentionsIn);
  const found = read.flatMap(({ found: mentions }) => mentions);
  const isConcerned = (mention: Mention): boolean =>
    options.axis === 'gender' ? mention.gender !== undefined : mention.kind === 'name';
  if (!found.some(isConcerned)) return { nobody: true };
  const doubt = read.flatMap((one) => one.doubts).at(0)?.reason ?? rowDoubt(read, options.axis);
  if (doubt !== undefined) return { doubt };
  try {
    const row = new RowChange(read, options);
    return { ...row.groups, texts: texts.map((text, place) => row.apply(text, read[place])), changes: row.changes };
  } catch (error) {
    if (error instanceof Doubtful) return { doubt: error.message };
    throw error;
  }
}

/** Finds statements that the change would make false. */
function rowDoubt(read: readonly Mentions[], axis: Axis): string | undefined {
  if (axis !== 'gender') return undefined;
  const { sexBound } = lexicon();
  return read.some(({ words }) => words.some(({ lower }) => sexBound.has(lower))) ? doubts.sexBound : undefined;
}

class RowChange {
  readonly changes: Change[] = [];
  readonly groups: { from: string; to: string };
  readonly #options: ChangeOptions;
  readonly #target: string | undefined;
  /** Keyed by the name as spelled in the lists. */
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(read: readonly Mentions[], options: ChangeOptions) {
    this.#options = options;
    this.#taken = new Set(read.flatMap(({ words }) => words.map(({ text }) => asListed(text))));
    const found = read.flatMap((one) => one.found);
    this.#target = options.axis === 'origin' ? targetOf(found, options) : undefined;
    this.groups = this.#target === undefined ? gendersOf(found) : { from: originOf(found), to: this.#target };
    for (const { words, found: mentions } of read) for (const one of mentions) this.#assign(one, words);
  }

  apply(text: string, { words, found }: Mentions): string {
    refuseAddresses(text, this.#names);
    const edits = new TextEdits(words, this.changes);
    for (const mention of found) {
      const to = this.#replacement(mention, words);
      if (to !== undefined) edits.replace(mention.at, to);
    }
    for (const [at, word] of words.entries()) {
      const family = this.#families.get(word.text);
      if (family !== undefined) edits.replace(at, family);
    }
    return edits.applyTo(text);
  }

  readonly #families = new Map<string, string>();

  #assign({ kind, name, gender, family, at }: Mention, words: Mentions['words']): void {
    if (kind !== 'name' || name === undefined) return;
    const { axis } = this.#options;
    if (axis === 'gender' && gender === undefined) return;
    if (gender === undefined) throw new Doubtful(doubts.both);
    const origin = this.#target ?? name.origins.find((one) => one === 'english') ?? name.origins.find(isPool);
    const pool = origin === undefined ? undefined : lexicon().pools.get(origin);
    if (pool === undefined) throw new Doubtful(doubts.names);
    const wanted: Gender = axis === 'origin' ? gender : other(gender);
    const listed = asListed(words[at].text);
    if (!this.#names.has(listed)) this.#names.set(listed, this.#draw(pool[wanted]));
    if (axis !== 'origin' || family === undefined) return;
    const { text } = words[family];
    if (!this.#families.has(text)) this.#families.set(text, this.#draw(pool.family));
  }

  /** Draws a name that the row does not contain. */
  #draw(names: readonly string[]): string {
    const { seed, row } = this.#options;
    const free = shuffled(names, [seed, 'counterfactual', row]).find((name) => !this.#taken.has(name));
    if (free === undefined) throw new Doubtful(doubts.names);
    this.#taken.add(free);
    return free;
  }

  #replacement({ kind, at, gender }: Mention, words: Mentions['words']): string | undefined {
    const { text, lower } = words[at];
    if (kind === 'name') return this.#names.get(asListed(text));
    if (this.#options.axis === 'origin') {
      refuseLoneFamily(at, words, this.#families);
      return undefined;
    }
    if (gender === undefined) return undefined;
    if (kind === 'word') return lexicon().words.get(lower)?.other;
    const pronoun = otherPronoun(words, at);
    if (pronoun === undefined) throw new Doubtful(doubts.pronoun);
    return pronoun;
  }
}

const isPool = (origin: string): boolean => lexicon().pools.has(origin);

function other(gender: Gender): Gender {
  return gender === 'female' ? 'male' : 'female';
}

/** "Mr Rossi" next to "Emily" would keep a name of the old origin. */
function refuseLoneFamily(at: number, words: Mentions['words'], families: ReadonlyMap<string, string>): void {
  if (!/^(?:mr|mrs|ms|miss)$/.test(words[at].lower)) return;
  const next = words[at + 1]?.text === '.' ? words[at + 2] : words[at + 1];
  if (!families.has(next.text)) throw new Doubtful(doubts.family);
}

function gendersOf(found: readonly Mention[]): { from: string; to: string } {
  const genders = new Set(found.flatMap(({ gender }) => gender ?? []));
  const [one] = genders;
  return genders.size === 1 ? { from: one, to: other(one) } : { from: 'mixed', to: 'mixed' };
}

/** The origin shared by all names of a row. */
function originOf(found: readonly Mention[]): string {
  const origins = new Set(found.flatMap(({ name }) => (name === undefined ? [] : [name.origins.join(' ')])));
  const [one] = origins;
  return origins.size === 1 && !one.includes(' ') ? one : 'mixed';
}

/** A target origin for the row in which none of its names is common. */
function targetOf(found: readonly Mention[], { to, seed, row }: ChangeOptions): string {
  const present = new Set(found.flatMap(({ name }) => name?.origins ?? []));
  const allowed = (to ?? [...lexicon().pools.keys()]).filter((origin) => !present.has(origin));
  if (allowed.length === 0) throw new Doubtful('every origin to choose from already occurs among its names');
  return shuffled(allowed, [seed, 'counterfactual-origin', row])[0];
}

const ADDRESS = /\S+@\S+|@\w+|(?:https?:\/\/|www\.)\S+|\b\w+(?:[._]\w+)+\b/giu;

function refuseAddresses(text: string, names: ReadonlyMap<string, string>): void {
  const addresses = text.match(ADDRESS)?.join(' ').toLowerCase();
  if (addresses === undefined) return;
  for (const name of names.keys()) if (addresses.includes(name.toLowerCase())) throw new Doubtful(doubts.address);
}
