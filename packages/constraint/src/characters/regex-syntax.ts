/** Parses JavaScript's regular expressions with flag u, as far as they are regular. */
import { table } from '@attune/base/table';
import { classEscape, notLineEnd } from './class-escapes.ts';
import { codePoints, negate, unite, type CodePoints } from './code-points.ts';

export type Pattern =
  | { kind: 'set'; set: CodePoints }
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'sequence' | 'either'; parts: Pattern[] }
  | { kind: 'repeat'; body: Pattern; least: number; most: number };

const CONTROLS: Readonly<Record<string, number>> = table({ t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d, '0': 0 });
const GROUPS: readonly [RegExp, string][] = [
  [/\(\?=/y, 'lookahead (?=…)'],
  [/\(\?!/y, 'negative lookahead (?!…)'],
  [/\(\?<=/y, 'lookbehind (?<=…)'],
  [/\(\?<!/y, 'negative lookbehind (?<!…)'],
  [/\(\?[ims-]+:/y, 'modifiers (?i:…)'],
];

/**
 * Parses a source and lists every construct in it that the automaton does not support. The source must be valid
 * JavaScript with flag u; this is not checked here.
 */
export function readRegex(source: string): { pattern: Pattern; refused: string[] } {
  const reader = new RegexReader(source);
  const pattern = reader.readEither();
  return { pattern, refused: [...new Set(reader.refused)] };
}

class RegexReader {
  readonly refused: string[] = [];
  readonly #source: string;
  #place = 0;

  constructor(source: string) {
    this.#source = source;
  }

  readEither(): Pattern {
    const parts = [this.#readSequence()];
    while (this.#take(/\|/y) !== undefined) parts.push(this.#readSequence());
    return parts.length === 1 ? parts[0] : { kind: 'either', parts };
  }

  #readSequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#place < this.#source.length && !'|)'.includes(this.#source[this.#place])) {
      parts.push(this.#readRepeat(this.#readAtom()));
    }
    return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
  }

  /** A lazy quantifier only changes which match is found first, not the language. */
  #readRepeat(body: Pattern): Pattern {
    const quantifier = this.#take(/(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y);
    if (quantifier === undefined) return body;
    const [text, least, comma, most] = quantifier;
    if (text[0] === '*') return { kind: 'repeat', body, least: 0, most: Infinity };
    if (text[0] === '+') return { kind: 'repeat', body, least: 1, most: Infinity };
    if (text[0] === '?') return { kind: 'repeat', body, least: 0, most: 1 };
    const open = most === '' ? Infinity : Number(most);
    return { kind: 'repeat', body, least: Number(least), most: comma === '' ? Number(least) : open };
  }

  #readAtom(): Pattern {
    if (this.#take(/\^/y) !== undefined) return { kind: 'start' };
    if (this.#take(/\$/y) !== undefined) return { kind: 'end' };
    if (this.#take(/\./y) !== undefined) return { kind: 'set', set: notLineEnd };
    if (this.#source[this.#place] === '(') return this.#readGroup();
    if (this.#take(/\[/y) !== undefined) return { kind: 'set', set: this.#readClass() };
    if (this.#source[this.#place] === '\\') return this.#readEscape();
    return { kind: 'set', set: single(this.#readCharacter()) };
  }

  #readGroup(): Pattern {
    for (const [opening, name] of GROUPS) {
      if (this.#take(opening) !== undefined) this.refused.push(name);
      else continue;
      return this.#readToClosing();
    }
    this.#take(/\((?:\?:|\?<[^>]+>)?/y);
    return this.#readToClosing();
  }

  #readToClosing(): Pattern {
    const body = this.readEither();
    this.#take(/\)/y);
    return body;
  }

  #readEscape(): Pattern {
    const named = this.#take(/\\(?:([bB])|[1-9]\d*|k<[^>]+>)/y);
    if (named !== undefined) {
      this.refused.push(named[1] === undefined ? `backreference ${named[0]}` : `word boundary ${named[0]}`);
      return { kind: 'sequence', parts: [] };
    }
    const set = this.#takeClassEscape();
    return { kind: 'set', set: set ?? single(this.#readCharacter()) };
  }

  #takeClassEscape(): CodePoints | undefined {
    const found = this.#take(/\\(?:[dDwWsS]|[pP]\{[^}]+\})/y);
    return found === undefined ? undefined : classEscape(found[0]);
  }

  #readClass(): CodePoints {
    const isNegated = this.#take(/\^/y) !== undefined;
    let set: CodePoints = [];
    while (this.#take(/\]/y) === undefined) {
      const named = this.#takeClassEscape();
      if (named !== undefined) {
        set = unite(set, named);
        continue;
      }
      const low = this.#readCharacter(true);
      const isRange = /-[^\]]/y;
      isRange.lastIndex = this.#place;
      if (isRange.test(this.#source)) this.#place++;
      else {
        set = unite(set, single(low));
        continue;
      }
      set = unite(set, codePoints([[low, this.#readCharacter(true)]]));
    }
    return isNegated ? negate(set) : set;
  }

  /** One character, plain or escaped, as its code point. */
  #readCharacter(isInClass = false): number {
    const hex = this.#take(/\\(?:x([\da-f]{2})|u\{([\da-f]+)\})/iy);
    if (hex !== undefined) return Number.parseInt(hex[1] ?? hex[2], 16);
    const pair = this.#take(/\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/iy);
    if (pair !== undefined) {
      return String.fromCharCode(Number.parseInt(pair[1], 16), Number.parseInt(pair[2], 16)).codePointAt(0)!;
    }
    const unit = this.#take(/\\u([\da-f]{4})/iy);
    if (unit !== undefined) return Number.parseInt(unit[1], 16);
    const control = this.#take(/\\c([a-z])/iy);
    if (control !== undefined) return control[1].charCodeAt(0) % 32;
    if (isInClass && this.#take(/\\b/y) !== undefined) return 0x08;
    const named = this.#take(/\\([tnvfr0])/y);
    if (named !== undefined) return CONTROLS[named[1]];
    this.#take(/\\/y);
    const point = this.#source.codePointAt(this.#place)!;
    this.#place += point > 0xffff ? 2 : 1;
    return point;
  }

  #take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#place;
    const found = sticky.exec(this.#source) ?? undefined;
    if (found !== undefined) this.#place += found[0].length;
    return found;
  }
}

function single(point: number): CodePoints {
  return point >= 0xd800 && point <= 0xdfff ? [] : [point, point];
}
