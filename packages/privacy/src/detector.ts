/** Finds personal data in a group of texts. */
import { takeTurn } from '@attune/base/turn';
import { announced, phrases } from './announced.ts';
import { checked } from './checked.ts';
import { columns } from './columns.ts';
import { withPlainDigits } from './digits.ts';
import type { Finding } from './finding.ts';
import type { Kind } from './kinds.ts';
import type { Language } from './language.ts';
import { lexiconOf, type Lexicon } from './lexicon.ts';
import { namedAgain } from './named-again.ts';
import { resolveOverlaps } from './overlaps.ts';
import { read, tokensIn, type Reading } from './reading.ts';
import { THRESHOLD, type Candidate, type Recogniser } from './recogniser.ts';
import { shapes } from './shapes/index.ts';
import { Tagger } from './tagger.ts';
import { trimmed } from './trimming.ts';

export type { Finding } from './finding.ts';

export interface DetectorOptions {
  /** All kinds by default. */
  kinds?: readonly Kind[];
  /** User-defined recognisers. */
  more?: readonly Recogniser[];
  /** Values to keep, compared without regard to case and spaces. */
  allow?: readonly string[];
  /** Lexicons in addition to the package's. */
  languages?: readonly Language[];
}

export const recognisers: readonly Recogniser[] = [...shapes, ...checked, announced, phrases, columns];

/** Where the tagger is sure that nothing is personal, it overrules recognisers with a lower score than this. */
const CERTAIN = 0.85;
const VETO = 0.04;

export class Detector {
  readonly #own: readonly Recogniser[];
  readonly #kinds: ReadonlySet<Kind> | undefined;
  readonly #allowed: ReadonlySet<string>;
  readonly #languages: readonly Language[];
  #loaded: { lexicon: Lexicon; tagger: Tagger } | undefined;

  constructor({ kinds, more = [], allow = [], languages = [] }: DetectorOptions = {}) {
    this.#own = more;
    this.#kinds = kinds === undefined ? undefined : new Set(kinds);
    this.#allowed = new Set(allow.map(folded));
    this.#languages = languages;
  }

  /**
   * Whether a user-defined recogniser or any identifier's check digits accept a value; a surrogate must not be such a
   * value.
   */
  isValid(recogniser: string, value: string): boolean {
    const own = this.#own.find(({ name }) => name === recogniser);
    if (own?.isValid !== undefined) return own.isValid(value);
    const reading = read(value, this.#load().lexicon);
    const checking = own === undefined ? recognisers.filter(({ isValid }) => isValid !== undefined) : [own];
    return checking.some((one) =>
      [...one.find(value, reading)].some(({ start, end }) => start === 0 && end === value.length),
    );
  }

  /** Reads lists, lexicon and model, which takes some tenths of a second. */
  async warmUp(text: string, signal?: AbortSignal): Promise<void> {
    this.#load();
    await takeTurn(signal);
    this.find(text);
    await takeTurn(signal);
  }

  find(text: string): Finding[] {
    return this.findAll([text])[0];
  }

  /**
   * Findings of each text. A person named in full in one text is found by parts of the name in all of them: pass the
   * texts of one conversation together.
   */
  findAll(texts: readonly string[]): Finding[][] {
    const found = texts.map((text) => this.#candidates(text));
    const again = namedAgain(texts, found, this.#load().lexicon);
    return texts.map((text, index) => {
      // Kinds are filtered after overlaps are resolved, so that a date that stays does not become part of a phone
      // number.
      return resolveOverlaps([...found[index], ...again[index]], text).filter(
        ({ start, end, kind }) =>
          (this.#kinds?.has(kind) ?? true) &&
          (this.#allowed.size === 0 || !this.#allowed.has(folded(text.slice(start, end)))),
      );
    });
  }

  #load(): { lexicon: Lexicon; tagger: Tagger } {
    if (this.#loaded === undefined) {
      const lexicon = lexiconOf(this.#languages);
      this.#loaded = { lexicon, tagger: new Tagger(lexicon) };
    }
    return this.#loaded;
  }

  #candidates(written: string): Finding[] {
    const { lexicon, tagger } = this.#load();
    const text = withPlainDigits(withoutTags(written));
    const reading = read(text, lexicon);
    const own = this.#own.flatMap((one) => [...one.find(written, reading)].map((candidate) => finding(one, candidate)));
    const hints = hintsIn(reading);
    const { found, sure: likely } = tagger.find(reading, hints);
    const isVetoed = ({ start, end, score }: Finding): boolean =>
      score < CERTAIN && tokensIn(reading, start, end).every((at) => likely[at] < VETO);
    const sure = hints.filter((one) => one.score >= THRESHOLD && !isVetoed(one));
    const all = [...own, ...[...sure, ...found].flatMap((one) => trimmed(reading, one))];
    return resolveOverlaps(all, text);
  }
}

/** Findings of the recognisers, with hints for the tagger. */
export function hintsIn(reading: Reading): Finding[] {
  const { text } = reading;
  const { digits, zones } = digitZones(text);
  const found: Finding[] = [];
  for (const one of recognisers) {
    if (one.needs?.test(text) === false) continue;
    if (one.digits === undefined) for (const candidate of one.find(text, reading)) found.push(finding(one, candidate));
    else if (digits >= one.digits)
      for (const zone of zones)
        for (const candidate of one.find(text.slice(zone.start, zone.end), reading))
          found.push(finding(one, candidate, zone.start));
  }
  return found;
}

function finding({ name, kind }: Recogniser, candidate: Candidate, offset = 0): Finding {
  return { kind, recogniser: name, ...candidate, start: candidate.start + offset, end: candidate.end + offset };
}

function folded(value: string): string {
  return value.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** The longest distance that any pattern with digits can reach from a digit. */
const ZONE = 60;

/** The number of digits, and the spans around them, extended to the next spaces. Most of a prose text is in none. */
function digitZones(text: string): { digits: number; zones: { start: number; end: number }[] } {
  const zones: { start: number; end: number }[] = [];
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) continue;
    digits++;
    const last = zones.at(-1);
    if (last !== undefined && at - ZONE <= last.end) last.end = Math.min(text.length, at + ZONE);
    else zones.push({ start: Math.max(0, at - ZONE), end: Math.min(text.length, at + ZONE) });
  }
  // A word is not cut in two, unless it is longer than any value that is searched for.
  for (const zone of zones) {
    for (let left = ZONE; left > 0 && zone.start > 0 && text[zone.start - 1] !== ' '; left--) zone.start--;
    for (let left = ZONE; left > 0 && zone.end < text.length && text[zone.end] !== ' '; left--) zone.end++;
  }
  return { digits, zones };
}

const TAG = /\[[A-Z]{2,20}(?:_[A-Z]{2,20})*(?:_\d{1,9})?\]/g;

/** Replaces tags of earlier redactions such as "[NAME_1]" by spaces. */
function withoutTags(text: string): string {
  return text.includes('[') ? text.replaceAll(TAG, (tag) => ' '.repeat(tag.length)) : text;
}
