import { TemplateSyntaxError } from './errors.ts';
import type { Token, TokenType } from './lexer.ts';

/** Jinja2 itself refuses nesting of about this depth. */
const DEPTH = 200;

/** The tokens of a template with a current position, for the parsers. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #place = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#place];
  }

  get line(): number {
    return this.current.line;
  }

  /** Whether the current token has this type and text. */
  is(type: TokenType, ...texts: string[]): boolean {
    const { current } = this;
    return current.type === type && (texts.length === 0 || texts.includes(current.text));
  }

  /** Whether the next token has this type and text. */
  nextIs(type: TokenType, text: string): boolean {
    const next = this.#tokens[this.#place + 1];
    return next?.type === type && next.text === text;
  }

  next(): Token {
    const { current } = this;
    if (current.type !== 'end') this.#place++;
    return current;
  }

  skipIf(type: TokenType, text: string): boolean {
    const found = this.is(type, text);
    if (found) this.next();
    return found;
  }

  expect(type: TokenType, text?: string): Token {
    if (this.is(type, ...(text === undefined ? [] : [text]))) return this.next();
    throw this.error(`expected ${describe({ type, text: text ?? '' })}, got ${describe(this.current)}`);
  }

  /** Whether a tuple without parentheses ends here. `end` is a name that ends it. */
  atTupleEnd(end?: string): boolean {
    if (this.is('print-end') || this.is('tag-end') || this.is('operator', ')')) return true;
    return end !== undefined && this.is('name', end);
  }

  /** Runs a recursive parser and limits its depth. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > DEPTH) throw this.error(`more than ${DEPTH} levels of nesting`);
    const result = parse();
    this.#depth--;
    return result;
  }

  error(message: string): TemplateSyntaxError {
    return new TemplateSyntaxError(message, this.line);
  }
}

const NAMES: Partial<Record<TokenType, string>> = {
  data: 'text',
  tag: '{%',
  'tag-end': '%}',
  print: '{{',
  'print-end': '}}',
  end: 'the end of the template',
};

function describe({ type, text }: Pick<Token, 'type' | 'text'>): string {
  return NAMES[type] ?? (text === '' ? `a ${type}` : `'${text}'`);
}
