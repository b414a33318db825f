/**
 * What the matches of a regular expression can begin with, so that it need be tried at few words of a text only. Of the
 * syntax it reads what the recognisers use: groups, alternatives, classes, repetitions; assertions are taken as met.
 */

/** Characters of a beginning. */
export const LENGTH = 3;
const MOST_OF_CLASS = 64;
const SPACES = [' ', '\t', '\n', '\r', '\u00a0'];
const DIGITS = [...'0123456789'];

/** A beginning so far; `isOpen` until anything at all may follow. */
interface Beginning {
  text: string;
  isOpen: boolean;
}

/** Signs that may stand at one place; undefined for too many to list. */
type Signs = readonly string[] | undefined;

/** In small letters, each of one to three characters; undefined where a match may begin with anything, or be empty. */
export function beginningsOf(source: string): ReadonlySet<string> | undefined {
  const reader = new Reader(source);
  const found = new Set(reader.alternatives([{ text: '', isOpen: true }]).map(({ text }) => text));
  return found.has('') ? undefined : found;
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Up to the bracket that closes the group, or the end. */
  alternatives(before: readonly Beginning[]): Beginning[] {
    const all: Beginning[] = [];
    let current: readonly Beginning[] = before;
    for (;;) {
      const sign = this.#source[this.#at];
      if (sign === undefined || sign === ')') return distinct([...all, ...current]);
      if (sign === '|') {
        all.push(...current);
        current = before;
        this.#at++;
      } else current = this.#piece(current);
    }
  }

  /** One atom with its quantifier. */
  #piece(before: readonly Beginning[]): Beginning[] {
    const start = this.#at;
    let after = this.#atom(before);
    const end = this.#at;
    const quantifier = /^(?:[?*+]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at, this.#at + 12));
    if (quantifier === null) return after;
    this.#at += quantifier[0].length;
    const least = quantifier[1] === undefined ? (quantifier[0][0] === '+' ? 1 : 0) : Number(quantifier[1]);
    const most = quantifier[0][0] === '?' ? 1 : quantifier[2] === '' ? least : Number(quantifier[3] ?? '') || LENGTH;
    const rest = this.#at;
    const all = least === 0 ? [...before, ...after] : least === 1 ? [...after] : [];
    for (let count = 2; count <= Math.min(most, LENGTH); count++) {
      this.#at = start;
      after = this.#atom(after);
      if (count >= Math.min(least, LENGTH)) all.push(...after);
    }
    this.#at = Math.max(rest, end);
    return distinct(all.length > 0 ? all : after);
  }

  #atom(before: readonly Beginning[]): Beginning[] {
    const sign = this.#source[this.#at];
    if (sign === '(') return this.#group(before);
    if (sign === '^' || sign === '$') {
      this.#at++;
      return [...before];
    }
    if (sign === '[') return extended(before, this.#class());
    if (sign === '\\') {
      const signs = this.#escape();
      return signs === 'none' ? [...before] : extended(before, signs);
    }
    this.#at++;
    return extended(before, sign === '.' ? undefined : [sign]);
  }

  #group(before: readonly Beginning[]): Beginning[] {
    const head = /^\((?:\?(?:<?[=!]|:|<\w+>|-?[a-z]+(?:-[a-z]+)?:))?/.exec(
      this.#source.slice(this.#at, this.#at + 40),
    )![0];
    this.#at += head.length;
    const after = this.alternatives(before);
    this.#at++;
    return /[=!]$/.test(head) ? [...before] : after;
  }

  /** What an escape stands for; 'none' where it takes no room. */
  #escape(): Signs | 'none' {
    const sign = this.#source[this.#at + 1];
    if (sign === 'p' || sign === 'P') {
      this.#at = this.#source.indexOf('}', this.#at) + 1;
      return undefined;
    }
    if (sign === 'u') {
      const code = Number.parseInt(this.#source.slice(this.#at + 2, this.#at + 6), 16);
      this.#at += 6;
      return [String.fromCharCode(code)];
    }
    this.#at += 2;
    if (sign === 'b' || sign === 'B') return 'none';
    if (sign === 's') return SPACES;
    if (sign === 'd') return DIGITS;
    if (/[wWSDk1-9]/.test(sign)) return undefined;
    return [{ n: '\n', t: '\t', r: '\r' }[sign] ?? sign];
  }

  #class(): Signs {
    this.#at++;
    let isWide = this.#source[this.#at] === '^';
    if (isWide) this.#at++;
    const signs: string[] = [];
    while (this.#source[this.#at] !== ']') {
      let one: Signs | 'none' = [this.#source[this.#at]];
      if (one[0] === '\\') one = this.#escape();
      else this.#at++;
      if (one === 'none' || one === undefined) {
        isWide = true;
        continue;
      }
      const isRange = one.length === 1 && this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']';
      if (!isRange) {
        signs.push(...one);
        continue;
      }
      this.#at++;
      const last = this.#source[this.#at] === '\\' ? (this.#escape() as string[])[0] : this.#source[this.#at++];
      for (let code = one[0].charCodeAt(0); code <= last.charCodeAt(0); code++) signs.push(String.fromCharCode(code));
    }
    this.#at++;
    return isWide || signs.length > MOST_OF_CLASS ? undefined : signs;
  }
}

function extended(before: readonly Beginning[], signs: Signs): Beginning[] {
  return distinct(
    before.flatMap((one) => {
      if (!one.isOpen) return [one];
      if (signs === undefined) return [{ ...one, isOpen: false }];
      return signs.map((sign) => {
        const text = one.text + sign.toLowerCase();
        return { text, isOpen: text.length < LENGTH };
      });
    }),
  );
}

function distinct(all: readonly Beginning[]): Beginning[] {
  return [...new Map(all.map((one) => [`${one.text}${one.isOpen ? '+' : '.'}`, one])).values()];
}
