import { MOST_DIGITS, normalInt } from './numbers.ts';
import { Dict, Float, type Value } from './values.ts';

/** Thrown for a text that is not JSON. */
export class JsonError extends Error {}

/** Templates accept no deeper nesting. */
const DEPTH = 100;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON's strings have no control characters
const STRING = /"[^"\\\0-\x1f]*(?:\\[^][^"\\\0-\x1f]*)*"/y;
const WORDS: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];

/**
 * Parses JSON as Python's json.loads does: 1.0 stays a float, ints stay exact, keys keep their order. @throws JsonError
 */
export function parseJson(text: string): Value {
  const parser = new JsonParser(text);
  const value = parser.value();
  parser.end();
  return value;
}

class JsonParser {
  readonly #text: string;
  #place = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Value {
    this.#match(SPACE);
    const first = this.#text[this.#place];
    if (first === '{') return this.#nested(() => this.#object());
    if (first === '[') return this.#nested(() => this.#array());
    if (first === '"') return this.#string();
    for (const [word, value] of WORDS) if (this.#skip(word)) return value;
    return this.#number();
  }

  end(): void {
    this.#match(SPACE);
    if (this.#place < this.#text.length) throw this.#error();
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEPTH) throw this.#error();
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): Dict {
    const dict = new Dict();
    this.#place++;
    this.#match(SPACE);
    if (this.#skip('}')) return dict;
    do {
      this.#match(SPACE);
      const key = this.#string();
      this.#match(SPACE);
      if (!this.#skip(':')) throw this.#error();
      dict.entries.set(key, this.value());
      this.#match(SPACE);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#error();
    return dict;
  }

  #array(): Value[] {
    const items: Value[] = [];
    this.#place++;
    this.#match(SPACE);
    if (this.#skip(']')) return items;
    do {
      items.push(this.value());
      this.#match(SPACE);
    } while (this.#skip(','));
    if (!this.#skip(']')) throw this.#error();
    return items;
  }

  #string(): string {
    const quoted = this.#match(STRING)?.[0];
    if (quoted === undefined) throw this.#error();
    if (!quoted.includes('\\')) return quoted.slice(1, -1);
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw this.#error();
    }
  }

  #number(): Value {
    const match = this.#match(NUMBER);
    if (match === null) throw this.#error();
    const [digits, fraction, exponent] = match;
    if (fraction !== undefined || exponent !== undefined) return new Float(Number(digits));
    const short = Number(digits);
    if (Number.isSafeInteger(short)) return short + 0;
    if (digits.length > MOST_DIGITS) throw this.#error();
    return normalInt(BigInt(digits));
  }

  #skip(word: string): boolean {
    const found = this.#text.startsWith(word, this.#place);
    if (found) this.#place += word.length;
    return found;
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#place;
    const match = expression.exec(this.#text);
    if (match !== null) this.#place = expression.lastIndex;
    return match;
  }

  #error(): JsonError {
    return new JsonError(`unexpected text in JSON at ${this.#place}`);
  }
}
