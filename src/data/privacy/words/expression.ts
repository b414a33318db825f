/** Regular expressions that are tried only where one of their matches can begin, found for all of them in one walk. */
import { leanestPattern } from '../planes.ts';
import { IS_WORD, symbolOf } from './symbols.ts';
import { Walk } from './walk.ts';

export interface ExpressionOptions {
  /** Matches count only where they begin with a word: behind a letter or digit below U+0250 there are none. */
  isOfWords?: boolean;
  /** It is given the surroundings of digits alone, for which there is a walk apart. */
  isNearDigits?: boolean;
  /** Of expressions that are given texts of their own: in turn with others of one walk each text would be walked again. */
  walk?: Walk;
}

const walks = { text: new Walk(), digits: new Walk() };

export class Expression {
  readonly #global: RegExp;
  readonly #sticky: RegExp;
  readonly #isOfWords: boolean;
  readonly #walk: Walk;
  readonly #id: number;

  constructor(pattern: RegExp, { isOfWords = false, isNearDigits = false, walk }: ExpressionOptions = {}) {
    const { source } = pattern;
    const flags = pattern.flags.replaceAll(/[gy]/g, '');
    // The walk reads what was written; what is tried at its places is what V8 makes least code of.
    const leanest = leanestPattern(new RegExp(source, flags));
    this.#global = new RegExp(leanest.source, `${leanest.flags}g`);
    this.#sticky = new RegExp(leanest.source, `${leanest.flags}y`);
    this.#isOfWords = isOfWords;
    this.#walk = walk ?? (isNearDigits ? walks.digits : walks.text);
    this.#id = this.#walk.add(source, flags, isOfWords);
  }

  /** All matches, as `matchAll` gives them. */
  matches(text: string): RegExpExecArray[] {
    const places = this.#walk.placesOf(this.#id, text);
    const found: RegExpExecArray[] = [];
    if (places === undefined) {
      for (const match of matchesOf(this.#global, text)) if (this.#mayBegin(text, match.index)) found.push(match);
      return found;
    }
    const pattern = this.#sticky;
    let from = 0;
    for (const place of places) {
      if (place < from || !this.#mayBegin(text, place)) continue;
      pattern.lastIndex = place;
      const match = pattern.exec(text);
      if (match === null) continue;
      found.push(match);
      from = place + match[0].length;
    }
    return found;
  }

  #mayBegin(text: string, at: number): boolean {
    if (!this.#isOfWords) return true;
    const isInside = at > 0 && IS_WORD[symbolOf(text.charCodeAt(at - 1))] === 1;
    return !isInside && IS_WORD[symbolOf(text.charCodeAt(at))] === 1;
  }
}

/** All matches, as `matchAll` gives them, without the copy of the expression that it makes each time. */
export function matchesOf(pattern: RegExp, text: string): RegExpExecArray[] {
  if (!pattern.global) throw new Error('an expression without the flag g would match for ever');
  const matches: RegExpExecArray[] = [];
  const isUnicode = pattern.unicode || pattern.unicodeSets;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    matches.push(match);
    // One that is empty would be found for ever; from within a character an expression of them steps back.
    if (match[0] === '') pattern.lastIndex += isUnicode && text.codePointAt(pattern.lastIndex)! > 0xffff ? 2 : 1;
  }
  return matches;
}
