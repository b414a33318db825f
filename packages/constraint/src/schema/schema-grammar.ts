/**
 * Converts a JSON schema to a grammar. JSON is written without line breaks, and with or without a space after `:` and
 * `,`. A schema that occurs repeatedly or recursively becomes one rule.
 */
import { AttuneError } from '@attune/base/errors';
import { parseJson } from '@attune/files/json';
import { Grammar } from '../automaton/grammar.ts';
import { jsonSpelling } from '../automaton/spelling.ts';
import { TextRules } from '../automaton/text-rules.ts';
import { isEmptyLanguage } from '../characters/character-automaton.ts';
import { Terms, type Term } from '../characters/terms.ts';
import { alternativesOf, given, spelledValues, writtenKinds, type Conjunction } from './alternatives.ts';
import { addArray } from './arrays.ts';
import { numberBounds } from './bounds.ts';
import type { Json } from './json-schema.ts';
import { MOST_STEP } from './keywords.ts';
import { addAnyNumber, addDecimals, addIntegers } from './numbers.ts';
import { addObject } from './objects.ts';
import { refuseOverlaps } from './overlaps.ts';
import { SchemaDocument, type SchemaPlace } from './schema-document.ts';
import { stringTerm } from './strings.ts';

export interface Ends {
  from: number;
  to: number;
}

/**
 * The grammar of a schema; `around` can write rule 0, the start rule, around the rule of the schema.
 * @throws E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED, E_CONSTRAINT_TOO_LARGE
 */
export function schemaGrammar(schema: unknown, around?: (grammar: Grammar, rule: number) => void): Grammar {
  const document = new SchemaDocument(asJson(schema));
  const writer = new SchemaGrammar(document);
  if (around !== undefined) writer.grammar.addRule();
  const rule = writer.ruleOf([document.root]);
  around?.(writer.grammar, rule);
  writer.complete();
  document.problems.check();
  return writer.grammar;
}

export class SchemaGrammar {
  readonly document: SchemaDocument;
  readonly grammar = new Grammar();
  readonly terms = new Terms();
  readonly #texts = new TextRules(this.grammar, jsonSpelling);
  readonly #rules = new Map<string, number>();
  readonly #strings = new Map<number, number>();
  readonly #fixed = new Map<string, number>();
  readonly #waiting: { places: readonly SchemaPlace[]; rule: number }[] = [];

  constructor(document: SchemaDocument) {
    this.document = document;
  }

  /** The rule for values that satisfy all of these schemas; `complete` writes its body. */
  ruleOf(places: readonly SchemaPlace[]): number {
    const key = JSON.stringify(places.map(({ pointer }) => pointer).toSorted());
    let rule = this.#rules.get(key);
    if (rule === undefined) {
      this.#rules.set(key, (rule = this.grammar.addRule()));
      this.#waiting.push({ places, rule });
    }
    return rule;
  }

  /** Writes the pending rules and those that they call. */
  complete(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const to = this.grammar.addNode();
      this.grammar.setEnd(to);
      const ends = { from: this.grammar.starts[next.rule], to };
      for (const all of alternativesOf(this.document, next.places)) this.#addAlternative(all, ends);
    }
  }

  #addAlternative(all: Conjunction, ends: Ends): void {
    const values = spelledValues(this.document, all);
    if (values !== undefined) {
      for (const value of values) this.grammar.addText(ends.from, JSON.stringify(value), ends.to);
      return;
    }
    refuseOverlaps(this.document, this.terms, all);
    for (const kind of writtenKinds(all)) this.#addKind(kind, all, ends);
  }

  #addKind(kind: string, all: Conjunction, ends: Ends): void {
    if (kind === 'null') this.grammar.addText(ends.from, 'null', ends.to);
    else if (kind === 'boolean') for (const value of ['true', 'false']) this.grammar.addText(ends.from, value, ends.to);
    else if (kind === 'string') this.addString(stringTerm(this.terms, all), ends);
    else if (kind === 'array') addArray(this, all, ends);
    else if (kind === 'object') addObject(this, all, ends);
    else this.#addNumber(kind, all, ends);
  }

  #addNumber(kind: string, all: Conjunction, ends: Ends): void {
    const bounds = numberBounds(all);
    const steps = given<number>(all, 'multipleOf');
    // Decimals include the integers, unless they must be multiples of an integer.
    const isWhole = steps.length > 0 || !writtenKinds(all).has('fraction');
    if (isWhole !== (kind === 'integer')) return;
    const step = steps.reduce(leastCommonMultiple, 1);
    if (step > MOST_STEP) {
      this.document.problems.refuse(all[0].pointer, `multipleOf ${steps.join(' and ')} cannot be combined`);
    } else if (isWhole) addIntegers(this.grammar, ends, { bounds, step });
    else if (bounds.low === -Infinity && bounds.high === Infinity) addAnyNumber(this.grammar, ends);
    else addDecimals(this.grammar, ends, bounds);
  }

  /** Adds a string with a text of the term. */
  addString(term: Term, { from, to }: Ends): void {
    let rule = this.#strings.get(term.id);
    if (rule === undefined) {
      this.#strings.set(term.id, (rule = this.grammar.addRule()));
      const [open, closed, end] = [this.grammar.addNode(), this.grammar.addNode(), this.grammar.addNode()];
      this.grammar.addText(this.grammar.starts[rule], '"', open);
      this.#texts.add({ terms: this.terms, term, origin: 'A string of the schema' }, { from: open, to: closed });
      this.grammar.addText(closed, '"', end);
      this.grammar.setEnd(end);
    }
    this.grammar.addCall(from, rule, to);
  }

  isEmpty(term: Term): boolean {
    return isEmptyLanguage(this.terms, term, 'A string of the schema');
  }

  /** Adds fixed pieces, each followed by an optional space. */
  addSpaced(pieces: readonly string[], { from, to }: Ends): void {
    const key = JSON.stringify(pieces);
    let rule = this.#fixed.get(key);
    if (rule === undefined) {
      this.#fixed.set(key, (rule = this.grammar.addRule()));
      const end = this.grammar.addNode();
      const spellings = pieces.reduce(
        (texts, piece) => texts.flatMap((text) => [text + piece, `${text + piece} `]),
        [''],
      );
      for (const text of spellings) this.grammar.addText(this.grammar.starts[rule], text, end);
      this.grammar.setEnd(end);
    }
    this.grammar.addCall(from, rule, to);
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest !== 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/** The schema as JSON. */
function asJson(schema: unknown): Json {
  const text = JSON.stringify(schema) as string | undefined;
  if (text !== undefined) return parseJson(text) as Json;
  throw new AttuneError('E_SCHEMA_INVALID', {
    what: 'This is not a JSON schema',
    got: typeof schema,
    expected: 'an object, or true or false',
    fix: 'give the schema itself, parsed',
  });
}
