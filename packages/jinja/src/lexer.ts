import { TemplateSyntaxError } from './errors.ts';
import { isSpace, trimEnd } from './python-space.ts';
import { unescapeString } from './string-literal.ts';

export type TokenType =
  | 'data'
  | 'tag'
  | 'tag-end'
  | 'print'
  | 'print-end'
  | 'end'
  | 'name'
  | 'string'
  | 'number'
  | 'operator';

export interface Token {
  type: TokenType;
  /** For data, names, operators and strings the text (unescaped), for numbers the digits. */
  text: string;
  line: number;
}

const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

// Python's \s, \w and \d, each on one line so that it is plainly linear. Sticky: each is matched at a given position.
// oxlint-disable-next-line no-control-regex -- some of them are white space in Python
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/y;
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}_]+/uy;
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

/** Cuts a source into tokens, with `trim_blocks`, `lstrip_blocks` and white-space control. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #place = 0;
  #line = 1;
  /** The position up to which line breaks have been counted. */
  #counted = 0;
  /** Whether the last token ended in a line break: a block that follows may then be stripped on its left. */
  #atLineStart = true;

  constructor(source: string) {
    const lines = source.replaceAll(/\r\n?/g, '\n');
    this.#source = lines.endsWith('\n') ? lines.slice(0, -1) : lines;
  }

  run(): Token[] {
    while (this.#place < this.#source.length) this.#root();
    this.#push('end', '');
    return this.#tokens;
  }

  /** Reads the text up to the next tag, and that tag. */
  #root(): void {
    const open = this.#nextOpening();
    if (open === undefined) {
      this.#push('data', this.#source.slice(this.#place));
      this.#place = this.#source.length;
      return;
    }
    const kind = this.#source[open + 1];
    const sign = signAt(this.#source, open + 2);
    this.#data(open, sign, kind !== '{');
    this.#moveTo(open + 2 + sign.length);
    if (kind === '#') this.#comment();
    else if (kind === '%' && this.#skipWord('raw')) this.#raw();
    else this.#code(kind === '%' ? 'tag' : 'print');
  }

  #nextOpening(): number | undefined {
    for (let at = this.#source.indexOf('{', this.#place); at !== -1; at = this.#source.indexOf('{', at + 1)) {
      if ('{%#'.includes(this.#source[at + 1] ?? ' ')) return at;
    }
    return undefined;
  }

  /** Strips white space before a tag as its sign, `trim_blocks` and `lstrip_blocks` require. */
  #data(end: number, sign: string, isBlock: boolean): void {
    let text = this.#source.slice(this.#place, end);
    if (sign === '-') text = trimEnd(text);
    else if (sign === '' && isBlock) {
      const lineStart = text.lastIndexOf('\n') + 1;
      if ((lineStart > 0 || this.#atLineStart) && trimEnd(text).length <= lineStart) text = text.slice(0, lineStart);
    }
    if (text !== '') this.#push('data', text);
  }

  #comment(): void {
    const close = this.#source.indexOf('#}', this.#place);
    if (close === -1) throw this.#error('Missing end of comment tag');
    const before = close > this.#place ? this.#source[close - 1] : '';
    this.#close(before === '-' ? '-' : before === '+' ? '+' : '', close + 2);
  }

  /** Reads what follows `{% raw`: the text up to `{% endraw %}`. */
  #raw(): void {
    for (let open = this.#source.indexOf('{%', this.#place); open !== -1; open = this.#source.indexOf('{%', open + 2)) {
      const sign = signAt(this.#source, open + 2);
      const close = this.#wordEnd(open + 2 + sign.length, 'endraw');
      const endSign = close === undefined ? '' : signAt(this.#source, close);
      if (close === undefined || !this.#source.startsWith('%}', close + endSign.length)) continue;
      this.#data(open, sign, true);
      this.#close(endSign, close + endSign.length + 2);
      return;
    }
    throw this.#error('Missing end of raw directive');
  }

  /** Skips `raw %}` or `raw -%}` if it is next; any other sign does not begin a raw block. */
  #skipWord(word: string): boolean {
    const end = this.#wordEnd(this.#place, word);
    if (end === undefined) return false;
    const sign = this.#source[end] === '-' ? '-' : '';
    if (!this.#source.startsWith('%}', end + sign.length)) return false;
    // Unlike other blocks, raw keeps the line break after it.
    this.#moveTo(end + sign.length + 2);
    if (sign === '-') this.#moveTo(this.#spaceEnd(this.#place));
    return true;
  }

  /** Where a word and the white space around it end. */
  #wordEnd(place: number, word: string): number | undefined {
    const start = this.#spaceEnd(place);
    return this.#source.startsWith(word, start) ? this.#spaceEnd(start + word.length) : undefined;
  }

  /** Ends a block or comment: a minus sign drops all white space after it, no sign drops one line break. */
  #close(sign: string, place: number): void {
    this.#moveTo(place);
    if (sign === '-') this.#moveTo(this.#spaceEnd(place));
    else if (sign === '' && this.#source[place] === '\n') this.#moveTo(place + 1);
  }

  /** The inside of `{% … %}` or `{{ … }}`. */
  #code(type: 'tag' | 'print'): void {
    const brackets: string[] = [];
    const end = type === 'tag' ? '%}' : '}}';
    this.#push(type, '');
    while (this.#place < this.#source.length) {
      const sign = this.#endSign(end, type);
      if (brackets.length === 0 && sign !== undefined) {
        this.#push(`${type}-end`, '');
        if (type === 'tag') this.#close(sign, this.#place + sign.length + 2);
        else this.#moveTo(sign === '-' ? this.#spaceEnd(this.#place + 3) : this.#place + 2);
        return;
      }
      this.#word(brackets);
    }
  }

  #endSign(end: string, type: 'tag' | 'print'): string | undefined {
    if (this.#source.startsWith(end, this.#place)) return '';
    const sign = this.#source[this.#place];
    const isSign = sign === '-' || (sign === '+' && type === 'tag');
    return isSign && this.#source.startsWith(end, this.#place + 1) ? sign : undefined;
  }

  #word(brackets: string[]): void {
    const space = this.#spaceEnd(this.#place);
    if (space > this.#place) {
      this.#moveTo(space);
      return;
    }
    const number = (this.#source[this.#place - 1] === '.' ? undefined : this.#match(FLOAT)) ?? this.#match(INTEGER);
    if (number !== undefined) this.#take('number', number, number.replaceAll('_', ''));
    else this.#nameOrOther(brackets);
  }

  #nameOrOther(brackets: string[]): void {
    const name = this.#match(NAME);
    if (name !== undefined) {
      if (!IDENTIFIER.test(name)) throw this.#error('Invalid character in identifier');
      this.#take('name', name, name);
      return;
    }
    const string = this.#match(STRING);
    if (string !== undefined) {
      this.#take('string', string, unescapeString(string.slice(1, -1), this.#line));
      return;
    }
    const operator = this.#match(OPERATOR);
    if (operator === undefined) throw this.#error(`unexpected char ${JSON.stringify(this.#source[this.#place])}`);
    this.#balance(operator, brackets);
    this.#take('operator', operator, operator);
  }

  #balance(operator: string, brackets: string[]): void {
    const closing = CLOSING.get(operator);
    if (closing !== undefined) brackets.push(closing);
    if (!')]}'.includes(operator)) return;
    const expected = brackets.pop();
    if (expected === operator) return;
    throw this.#error(`unexpected '${operator}'${expected === undefined ? '' : `, expected '${expected}'`}`);
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#place;
    return expression.exec(this.#source)?.[0];
  }

  #spaceEnd(place: number): number {
    if (!isSpace(this.#source, place)) return place;
    SPACE.lastIndex = place;
    SPACE.test(this.#source);
    return SPACE.lastIndex;
  }

  #take(type: TokenType, raw: string, text: string): void {
    this.#push(type, text);
    this.#moveTo(this.#place + raw.length);
  }

  #push(type: TokenType, text: string): void {
    this.#tokens.push({ type, text, line: this.#line });
  }

  #moveTo(place: number): void {
    for (; this.#counted < place; this.#counted++) if (this.#source[this.#counted] === '\n') this.#line++;
    this.#place = place;
    this.#atLineStart = this.#source[place - 1] === '\n';
  }

  #error(message: string): TemplateSyntaxError {
    return new TemplateSyntaxError(message, this.#line);
  }
}

function signAt(source: string, place: number): string {
  const sign = source[place];
  return sign === '-' || sign === '+' ? sign : '';
}
