/** Finds personal data in texts that belong together. */
import { takeTurn } from '../../base/turn.ts';
import { withCountryLine } from './addresses/country-lines.ts';
import { withPlainDigits } from './digits.ts';
import { asListed, gazetteer } from './gazetteer.ts';
import type { Kind } from './kinds.ts';
import { NOT_NAMES } from './name-words.ts';
import { standingOf } from './names/features.ts';
import { highestIn, isGerman } from './names/tagger.ts';
import { resolveOverlaps } from './overlaps.ts';
import type { Recogniser } from './recogniser.ts';
import { recognisers } from './recognisers/index.ts';
import { Expression } from './words/expression.ts';

/** A stretch that is personal data. Positions are UTF-16 units, the end not included. */
export interface Finding {
  start: number;
  end: number;
  kind: Kind;
  score: number;
  /** Which recogniser said so. */
  recogniser: string;
}

export interface DetectorOptions {
  /** All kinds unless given. */
  kinds?: readonly Kind[];
  /** The user's own. */
  more?: readonly Recogniser[];
  /** Values that stay, compared without regard to case and spaces. */
  allow?: readonly string[];
}

export class Detector {
  readonly #recognisers: readonly Recogniser[];
  /** Those that look at whole texts, and those that are given what stands around digits. */
  readonly #everywhere: readonly Placed[];
  readonly #nearDigits: readonly Placed[];
  readonly #kinds: ReadonlySet<Kind> | undefined;
  readonly #allowed: ReadonlySet<string>;

  constructor({ kinds, more = [], allow = [] }: DetectorOptions = {}) {
    this.#recognisers = [...more, ...recognisers];
    const placed = this.#recognisers.map((one, index) => ({ ...one, index, isOwn: index < more.length }));
    this.#everywhere = placed.filter(({ needs }) => needs?.digits === undefined);
    this.#nearDigits = placed.filter(({ needs }) => needs?.digits !== undefined);
    this.#kinds = kinds === undefined ? undefined : new Set(kinds);
    this.#allowed = new Set(allow.map(folded));
  }

  /** Whether a recogniser would take a value for a real one, which a surrogate should not be. */
  isValid(recogniser: string, value: string): boolean {
    const one = this.#recognisers.find(({ name }) => name === recogniser);
    if (one === undefined) return false;
    return one.isValid?.(value) ?? !one.find(value)[Symbol.iterator]().next().done;
  }

  /**
   * Lets every recogniser look at a text for the first time, when it compiles its patterns and reads its words: seconds in
   * all, with turns between for signals. It changes nothing of what is found.
   */
  async warmUp(text: string, signal?: AbortSignal): Promise<void> {
    for (const { find } of recognisers) {
      for (const _ of find(text)) continue;
      await takeTurn(signal);
    }
  }

  find(text: string): Finding[] {
    return this.findAll([text])[0];
  }

  /**
   * Findings of each text. Who is named in full in one of them is found by the parts of the name in all of them, so
   * texts of one conversation go in together.
   */
  findAll(texts: readonly string[]): Finding[][] {
    const found = texts.map((text) => this.#candidates(withPlainDigits(text), text));
    const parts = nameParts(texts, found);
    return texts.map((text, index) => {
      const again = parts.size === 0 ? [] : mentions(text, parts);
      // Kinds are chosen after overlaps: a date that stays must not turn into a part of a phone number.
      return resolveOverlaps([...found[index], ...again], text).filter(
        ({ start, end, kind }) =>
          (this.#kinds?.has(kind) ?? true) &&
          (this.#allowed.size === 0 || !this.#allowed.has(folded(text.slice(start, end)))),
      );
    });
  }

  /** `written`: with the digits that it has; the user's recognisers read that. */
  #candidates(text: string, written: string): Finding[] {
    const { digits, zones } = digitZones(text);
    const found: Finding[][] = [];
    this.#look(
      { text, written },
      0,
      this.#everywhere.filter(({ needs }) => isMet(needs, text, digits)),
      found,
    );
    const near = digits === 0 ? [] : this.#nearDigits.filter(({ needs }) => isMet(needs, text, digits));
    // One stretch by all recognisers before the next: what they share of it is worked out once.
    if (near.length > 0)
      for (const { start, end } of zones)
        this.#look({ text: text.slice(start, end), written: written.slice(start, end) }, start, near, found);
    // By recogniser: of equal ones the first recogniser's counts. Lists that nobody has made are left out.
    return withCountries(resolveOverlaps(withoutTags(this.#withoutGuesses(found), text), text), text);
  }

  /** Without what touches a number that another recogniser is sure of, where a recogniser gives way to them. */
  #withoutGuesses(found: readonly Finding[][]): Finding[] {
    const all = found.flat();
    const guesses = this.#recognisers.flatMap(({ givesWay }, index) => (givesWay ? (found[index] ?? []) : []));
    if (guesses.length === 0) return all;
    const sure = all.filter(isSureNumber);
    const lost = new Set(guesses.filter(({ start, end }) => sure.some((one) => start < one.end && one.start < end)));
    return all.filter((one) => !lost.has(one));
  }

  /** Puts what recognisers find into the lists of each. */
  #look(area: Area, offset: number, recognising: readonly Placed[], found: Finding[][]): void {
    for (const { index, name, kind, find, isOwn } of recognising) {
      for (const one of find(isOwn ? area.written : area.text)) {
        const finding = { kind, recogniser: name, ...one, start: one.start + offset, end: one.end + offset };
        if (found[index] === undefined) found[index] = [finding];
        else found[index].push(finding);
      }
    }
  }
}

/** With its place among all, and whether it is the user's. */
type Placed = Recogniser & { index: number; isOwn: boolean };

/** A stretch with plain digits, and as it was written. */
interface Area {
  text: string;
  written: string;
}

function isMet(needs: Recogniser['needs'], text: string, digits: number): boolean {
  if (needs === undefined) return true;
  return digits >= (needs.digits ?? 0) && (needs.character === undefined || text.includes(needs.character));
}

function folded(value: string): string {
  return value.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** Nothing with a digit in it, nor the words that announce it, is farther from one: a bound of every pattern. */
const REACH = 120;

/** How many digits there are, and the stretches around them, from space to space: most of a prose text is none. */
function digitZones(text: string): { digits: number; zones: { start: number; end: number }[] } {
  const zones: { start: number; end: number }[] = [];
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) continue;
    digits++;
    const last = zones.at(-1);
    if (last !== undefined && at - REACH <= last.end) last.end = Math.min(text.length, at + REACH);
    else zones.push({ start: Math.max(0, at - REACH), end: Math.min(text.length, at + REACH) });
  }
  // A word is not cut in two, unless it is longer than any that is looked for.
  for (const zone of zones) {
    for (let left = REACH; left > 0 && zone.start > 0 && text[zone.start - 1] !== ' '; left--) zone.start--;
    for (let left = REACH; left > 0 && zone.end < text.length && text[zone.end] !== ' '; left--) zone.end++;
  }
  return { digits, zones };
}

const SURE = 0.7;
const OF_ADDRESSES: ReadonlySet<Kind> = new Set(['address', 'city', 'postcode', 'name']);

function isSureNumber({ kind, score }: Finding): boolean {
  return score >= SURE && !OF_ADDRESSES.has(kind);
}

/** Addresses with the country in the line below, which nothing else is found in then. */
function withCountries(found: readonly Finding[], text: string): Finding[] {
  let covered = 0;
  return found.flatMap((one) => {
    if (one.end <= covered) return [];
    const end = one.kind === 'address' && text.includes('\n') ? withCountryLine(text, one.end) : one.end;
    covered = Math.max(covered, end);
    return [{ ...one, end }];
  });
}

/** What redaction has put in before, "[NAME_1]", is nothing to be found. */
function withoutTags(found: readonly Finding[], text: string): Finding[] {
  if (!text.includes('[')) return [...found];
  const tags = [...text.matchAll(/\[[A-Z]{2,20}(?:_[A-Z]{2,20})*(?:_\d{1,9})?\]/g)].map(({ 0: tag, index }) => [
    index,
    index + tag.length,
  ]);
  return found.filter(({ start, end }) => !tags.some(([from, to]) => start < to && from < end));
}

/** Family and given names of people named in full, which say little by themselves but much after that. */
function nameParts(texts: readonly string[], found: readonly (readonly Finding[])[]): ReadonlySet<string> {
  const { cities } = gazetteer();
  const parts = new Set<string>();
  for (const [index, findings] of found.entries()) {
    for (const { kind, start, end, score } of findings) {
      if (kind !== 'name' || score < 0.7) continue;
      const words = texts[index].slice(start, end).split(/[\s,]+/);
      for (const word of words) {
        const part = asListed(word);
        if (PART.test(part) && !NOT_NAMES.has(part) && !cities.has(part)) parts.add(part);
      }
    }
  }
  return parts;
}

const FORM = String.raw`\p{Lu}\p{Ll}{2,}(?:-\p{Lu}\p{Ll}+)?`;
const PART = new RegExp(`^${FORM}$`, 'u');
/** All words of the form that parts have: one expression for all rows, since to compile one for each took a third of the time. */
const WORD = new Expression(
  new RegExp(
    String.raw`(?=\p{Lu})(?<![\p{L}\p{N}_@.-])(?:${FORM}|\p{Lu}{4,30}(?:-\p{Lu}{2,30})?)(?![\p{L}\p{N}_@-])`,
    'gu',
  ),
);

/**
 * "Frau Winter … im Winter": an everyday word that nothing around it makes a name again. Only in German, and where a
 * sentence begins: elsewhere an everyday word has no capital.
 */
function isPlainWord(text: string, word: string, index: number): boolean {
  if (standingOf(word).everyday !== '1' || highestIn(text, index, index + word.length) >= LEAST_AGAIN) return false;
  const isPerson =
    INSIDE.test(text.slice(Math.max(0, index - 2), index)) || DOES.test(text.slice(index + word.length, index + 24));
  return !isPerson || isGerman(text);
}

/** In the middle of a sentence. */
const INSIDE = /[\p{Ll},;] $/u;
/** "Long owns it", at the start of one. */
const DOES =
  /^ (?:\p{Ll}{2,18}ed|has|had|was|is|will|would|said|says|told|tells|owns|wants|needs|went|came|gave|took|made|wrote|paid|left|met)(?!\p{L})/u;

const LEAST_AGAIN = 0.03;

function mentions(text: string, parts: ReadonlySet<string>): Finding[] {
  return WORD.matches(text)
    .filter(({ 0: word, index }) => parts.has(asListed(word)) && !isPlainWord(text, word, index))
    .map(({ 0: word, index }) => {
      return { start: index, end: index + word.length, kind: 'name', score: 0.55, recogniser: 'name-again' };
    });
}
