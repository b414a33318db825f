/** Finds the lexicon's words and phrases among tokens. */
import { rememberedFor } from '@attune/base/remembered';
import type { Kind } from './kinds.ts';
import { termsByKind, WORD_SORTS, type Language, type WordSort } from './language.ts';
import { fold, tokensOf, type Form, type Token } from './tokens.ts';

/**
 * `announcing`: a value of the kind follows; `owner`: a value follows after a word for "number"; `phrase`: the term
 * itself is personal data; `number`: a word for "number"; `nobody`: the value that follows belongs to no person.
 */
export interface Term {
  role: 'announcing' | 'owner' | 'phrase' | 'number' | 'nobody';
  kind: Kind;
  /** Length of the longest entry that matched, in characters. */
  length: number;
}

interface Entry extends Term {
  /** Folded words; the last may end in `~`. */
  words: readonly string[];
}

export interface FoundTerm extends Term {
  /** Indices of its tokens; the end is exclusive. */
  from: number;
  to: number;
}

/** Number of forms whose matching entries are cached. */
const MOST_KNOWN = 20_000;
/** Entries are indexed by this many first letters; shorter words by all of their letters. */
const BUCKET = 3;

export class Terms {
  readonly #buckets = new Map<string, Entry[]>();
  readonly #sorts = new Map<string, WordSort[]>();
  readonly #linking = new Set<string>();
  readonly #figures = new Set<string>();
  readonly #startingWith = rememberedFor(MOST_KNOWN, (form: Form) => this.#entriesFor(form));

  constructor(languages: readonly Language[]) {
    for (const [kind, term] of termsByKind(languages, 'announcing')) this.#add(term, 'announcing', kind);
    for (const [kind, term] of termsByKind(languages, 'owners')) this.#add(term, 'owner', kind);
    for (const [kind, term] of termsByKind(languages, 'phrases')) this.#add(term, 'phrase', kind);
    for (const language of languages) {
      for (const term of language.numbers) this.#add(term, 'number', 'code');
      for (const term of language.nobody) this.#add(term, 'nobody', 'code');
      for (const term of language.linking) this.#linking.add(fold(term));
      for (const term of language.figures) this.#figures.add(fold(term));
      for (const sort of WORD_SORTS) for (const word of language.words[sort] ?? []) this.#addWord(fold(word), sort);
    }
  }

  #add(term: string, role: Term['role'], kind: Kind): void {
    const words = wordsOf(term);
    if (words.length === 0) return;
    const entry = { role, kind, words, length: words.join(' ').length };
    const key = words[0].replace('~', '').slice(0, BUCKET);
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) this.#buckets.set(key, [entry]);
    else bucket.push(entry);
  }

  #addWord(folded: string, sort: WordSort): void {
    const sorts = this.#sorts.get(folded);
    if (sorts === undefined) this.#sorts.set(folded, [sort]);
    else if (!sorts.includes(sort)) sorts.push(sort);
  }

  #entriesFor({ folded }: Form): readonly Entry[] {
    const found: Entry[] = [];
    for (let length = 1; length <= Math.min(BUCKET, folded.length); length++)
      for (const entry of this.#buckets.get(folded.slice(0, length)) ?? [])
        if (fits(folded, entry.words[0])) found.push(entry);
    return found;
  }

  sortsOf(form: Form): readonly WordSort[] {
    return this.#sorts.get(form.folded) ?? NONE;
  }

  isLinking(form: Form): boolean {
    return this.#linking.has(form.folded);
  }

  isFigure(form: Form): boolean {
    return this.#figures.has(form.folded);
  }

  /** The longest term at each position, none within another, in order. */
  find(tokens: readonly Token[]): FoundTerm[] {
    const found: FoundTerm[] = [];
    for (let at = 0; at < tokens.length;) {
      const best = this.#longestAt(tokens, at);
      if (best !== undefined) found.push(best);
      at = best?.to ?? at + 1;
    }
    return found;
  }

  #longestAt(tokens: readonly Token[], at: number): FoundTerm | undefined {
    let best: FoundTerm | undefined;
    if (tokens[at].form.sort === 'break') return undefined;
    for (const entry of this.#startingWith(tokens[at].form)) {
      if (best !== undefined && best.length >= entry.length) continue;
      const to = endOf(entry.words, tokens, at);
      if (to !== undefined) best = { role: entry.role, kind: entry.kind, length: entry.length, from: at, to };
    }
    return best;
  }
}

const NONE: readonly WordSort[] = [];

function wordsOf(term: string): string[] {
  const isOpen = term.endsWith('~');
  const words = tokensOf(term.replaceAll('~', ''))
    .map(({ form }) => form.folded)
    .filter((word) => word !== '.' && word !== '°');
  if (isOpen && words.length > 0) words.push(`${words.pop()!}~`);
  return words;
}

function fits(folded: string, word: string): boolean {
  return word.endsWith('~') ? folded.startsWith(word.slice(0, -1)) : folded === word;
}

/**
 * Index of the token after which the words end, with stops and hyphens between them skipped; undefined if the words
 * differ.
 */
function endOf(words: readonly string[], tokens: readonly Token[], from: number): number | undefined {
  let at = from;
  for (const word of words) {
    while (at > from && at < tokens.length && PASSED.has(tokens[at].form.text)) at++;
    if (at >= tokens.length || !fits(tokens[at].form.folded, word)) return undefined;
    at++;
  }
  return at;
}

const PASSED: ReadonlySet<string> = new Set(['.', '-', '°', 'º', '’', "'"]);
