/** Formulas of scores: + - * / ^, parentheses, min max abs floor ceil exp sqrt log. */
import { AttuneError } from '../../base/errors.ts';
import { table } from '../../base/table.ts';

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = table({
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  exp: Math.exp,
  sqrt: Math.sqrt,
  log: Math.log,
});
const OF_MANY = new Set(['min', 'max']);

type Scores = Readonly<Record<string, number>>;
export type Formula = (scores: Scores) => number;

const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|[-+*/^(),])/y;

/** @throws AttuneError E_GRADER with the position of the error */
export function parseFormula(text: string, names: readonly string[]): Formula {
  return new Parser(text, names).whole();
}

class Parser {
  readonly #tokens: string[] = [];
  readonly #text: string;
  readonly #names: readonly string[];
  #at = 0;

  constructor(text: string, names: readonly string[]) {
    this.#text = text;
    this.#names = names;
    let end = 0;
    while (end < text.trimEnd().length) {
      TOKEN.lastIndex = end;
      const found = TOKEN.exec(text);
      if (found === null) throw this.#failure(text.slice(end).trim());
      this.#tokens.push(found[1]);
      end = TOKEN.lastIndex;
    }
  }

  whole(): Formula {
    const sum = this.#sum();
    if (this.#at < this.#tokens.length) throw this.#failure(this.#tokens[this.#at]);
    return sum;
  }

  #take(...wanted: string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (!wanted.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  #sum(): Formula {
    let left = this.#product();
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) {
      const [a, b, factor] = [left, this.#product(), sign === '+' ? 1 : -1];
      left = (scores) => a(scores) + factor * b(scores);
    }
    return left;
  }

  #product(): Formula {
    let left = this.#power();
    for (let sign = this.#take('*', '/'); sign !== undefined; sign = this.#take('*', '/')) {
      const [a, b, isProduct] = [left, this.#power(), sign === '*'];
      left = (scores) => (isProduct ? a(scores) * b(scores) : a(scores) / b(scores));
    }
    return left;
  }

  /** `-x ^ 2` is -(x ^ 2), and powers are right-associative. */
  #power(): Formula {
    if (this.#take('-') !== undefined) {
      const value = this.#power();
      return (scores) => -value(scores);
    }
    const base = this.#atom();
    if (this.#take('^') === undefined) return base;
    const exponent = this.#power();
    return (scores) => base(scores) ** exponent(scores);
  }

  #atom(): Formula {
    if (this.#take('(') !== undefined) {
      const inner = this.#sum();
      this.#close();
      return inner;
    }
    const token = this.#tokens[this.#at++] ?? 'the end';
    if (/^\d/.test(token)) return () => Number(token);
    if (this.#names.includes(token)) return (scores) => scores[token]; // own: one of the names
    const apply = FUNCTIONS[token];
    if (apply === undefined || this.#take('(') === undefined) throw this.#failure(token);
    const values = [this.#sum()];
    while (this.#take(',') !== undefined) values.push(this.#sum());
    this.#close();
    if (values.length > 1 && !OF_MANY.has(token)) throw this.#failure(`${token} of ${values.length} values`);
    return (scores) => apply(...values.map((value) => value(scores)));
  }

  #close(): void {
    if (this.#take(')') === undefined) throw this.#failure(this.#tokens[this.#at] ?? 'the end');
  }

  #failure(at: string): AttuneError {
    return new AttuneError('E_GRADER', {
      what: "The grader's calculate_output cannot be parsed",
      got: `${at.slice(0, 50)} in ${this.#text.slice(0, 200)}`,
      expected: `numbers, ${this.#names.join(', ')}, + - * / ^, parentheses, ${Object.keys(FUNCTIONS).join(' ')}`,
    });
  }
}
