/** JSON objects: declared properties in schema order, then others if allowed. */
import { pushAll } from '@attune/base/many';
import { textsWithMatch } from '../characters/regex-term.ts';
import type { Term } from '../characters/terms.ts';
import { given, type Conjunction } from './alternatives.ts';
import { countBounds, type CountBounds } from './bounds.ts';
import type { SchemaObject } from './keywords.ts';
import { propertyPlaces } from './literals.ts';
import type { SchemaPlace } from './schema-document.ts';
import type { Ends, SchemaGrammar } from './schema-grammar.ts';

/** Property names that share a schema: those of a pattern, or all undeclared ones. */
interface OpenNames {
  term: Term;
  rule: number;
}

const MOST_PATTERNS = 6;

/** Names written individually: declared or required, in schema order. */
export function declaredNames(all: Conjunction): string[] {
  const declared = given<SchemaObject>(all, 'properties').flatMap((properties) => Object.keys(properties));
  return [...new Set([...declared, ...given<string[]>(all, 'required').flat()])];
}

/**
 * Whether undeclared names that match no pattern are allowed. Since a model should not invent properties, a schema that
 * declares some must allow others explicitly by additionalProperties.
 */
export function isOpen(all: Conjunction): boolean {
  return all.every(({ schema }) => {
    const { properties, patternProperties, additionalProperties } = schema as SchemaObject;
    if (additionalProperties !== undefined) return additionalProperties !== false;
    return properties === undefined && patternProperties === undefined;
  });
}

export function addObject(writer: SchemaGrammar, all: Conjunction, ends: Ends): void {
  new ObjectRule(writer, all).add(ends);
}

class ObjectRule {
  readonly #writer: SchemaGrammar;
  readonly #all: Conjunction;
  readonly #names: readonly string[];
  readonly #required: ReadonlySet<string>;
  readonly #counts: CountBounds;
  readonly #open: readonly OpenNames[];
  /** Nodes by the number of names passed and of properties written. */
  readonly #nodes = new Map<string, number>();

  constructor(writer: SchemaGrammar, all: Conjunction) {
    this.#writer = writer;
    this.#all = all;
    this.#names = declaredNames(all);
    this.#required = new Set(given<string[]>(all, 'required').flat());
    this.#counts = countBounds(all, 'minProperties', 'maxProperties');
    this.#open = this.#openNames();
    // Further names may repeat, so only one of them certainly counts.
    const sure = this.#names.length + (this.#open.length > 0 ? 1 : 0);
    if (this.#open.length > 0 && this.#counts.least > sure) {
      writer.document.problems.refuse(
        all.find(({ schema }) => (schema as SchemaObject).minProperties !== undefined)!.pointer,
        `minProperties is only supported up to ${sure} here: further names are not tracked`,
      );
    }
  }

  add({ from, to }: Ends): void {
    const { grammar } = this.#writer;
    const close = grammar.addNode();
    grammar.addText(close, '}', to);
    grammar.addText(from, '{', this.#nodeAfter(0, 0, close));
  }

  /** The node after `passed` declared names with `written` properties. */
  #nodeAfter(passed: number, written: number, close: number): number {
    const { least, most } = this.#counts;
    const count = Math.min(written, Math.max(1, least, most === Infinity ? 0 : most));
    const key = `${passed} ${count}`;
    let node = this.#nodes.get(key);
    if (node !== undefined) return node;
    const { grammar } = this.#writer;
    this.#nodes.set(key, (node = grammar.addNode()));
    if (passed < this.#names.length) this.#addDeclared(node, { passed, count }, close);
    else {
      if (count >= least && count <= most) grammar.addJump(node, close);
      if (this.#open.length > 0) this.#addOpen(node, count, close);
    }
    return node;
  }

  #addDeclared(node: number, { passed, count }: { passed: number; count: number }, close: number): void {
    const name = this.#names[passed];
    if (!this.#required.has(name)) this.#writer.grammar.addJump(node, this.#nodeAfter(passed + 1, count, close));
    if (count + 1 > this.#counts.most) return;
    const { grammar, document } = this.#writer;
    const value = grammar.addNode();
    const label = `${JSON.stringify(name)}:`;
    this.#writer.addSpaced(count === 0 ? [label] : [',', label], { from: node, to: value });
    const places = this.#all.flatMap((place) => propertyPlaces(document, place, name));
    grammar.addCall(value, this.#writer.ruleOf(places), this.#nodeAfter(passed + 1, count + 1, close));
  }

  /** Adds the first further property. It certainly counts towards minProperties; later ones might repeat its name. */
  #addOpen(node: number, count: number, close: number): void {
    const { least, most } = this.#counts;
    if (count + 1 >= least && count < most) this.#addFurther(this.#afterComma(node, count), count + 1, close);
  }

  #addFurther(start: number, count: number, close: number): void {
    const { grammar } = this.#writer;
    const next = this.#nodeOfFurther(count, close);
    for (const { term, rule } of this.#open) {
      const [colon, value] = [grammar.addNode(), grammar.addNode()];
      this.#writer.addString(term, { from: start, to: colon });
      this.#writer.addSpaced([':'], { from: colon, to: value });
      grammar.addCall(value, rule, next);
    }
  }

  /** Node after `written` properties, the last of them an additional one. */
  #nodeOfFurther(written: number, close: number): number {
    const { most } = this.#counts;
    const count = most === Infinity ? 1 : written;
    const key = `further ${count}`;
    let node = this.#nodes.get(key);
    if (node !== undefined) return node;
    this.#nodes.set(key, (node = this.#writer.grammar.addNode()));
    this.#writer.grammar.addJump(node, close);
    if (count < most) this.#addFurther(this.#afterComma(node, 1), count + 1, close);
    return node;
  }

  #afterComma(node: number, count: number): number {
    if (count === 0) return node;
    const start = this.#writer.grammar.addNode();
    this.#writer.addSpaced([','], { from: node, to: start });
    return start;
  }

  /** Groups undeclared names by the patterns that they match, each with its schemas. */
  #openNames(): OpenNames[] {
    const { terms, document } = this.#writer;
    const patterns = [
      ...new Set(given<SchemaObject>(this.#all, 'patternProperties').flatMap((each) => Object.keys(each))),
    ];
    if (patterns.length > MOST_PATTERNS) {
      document.problems.refuse(
        this.#all[0].pointer,
        `more than ${MOST_PATTERNS} patternProperties in one place are not supported`,
      );
      return [];
    }
    const others = terms.not(terms.either(this.#names.map((name) => terms.literal(name))));
    const matches = patterns.map((pattern) => textsWithMatch(terms, pattern));
    return Array.from({ length: 2 ** patterns.length }, (_, subset) => {
      const isMatched = (index: number): boolean => ((subset >> index) & 1) === 1;
      const places = this.#placesOf(patterns.filter((_pattern, index) => isMatched(index)));
      const term = terms.both([
        others,
        ...matches.map((match, index) => (isMatched(index) ? match : terms.not(match))),
      ]);
      return { term, places };
    })
      .filter(({ term, places }) => places !== undefined && !this.#writer.isEmpty(term))
      .map(({ term, places }) => ({ term, rule: this.#writer.ruleOf(places!) }));
  }

  /** Schemas for undeclared names that match exactly these patterns; undefined if there are none. */
  #placesOf(patterns: readonly string[]): SchemaPlace[] | undefined {
    const { document } = this.#writer;
    if (patterns.length === 0 && !isOpen(this.#all)) return undefined;
    const found: SchemaPlace[] = [];
    for (const place of this.#all) {
      const { patternProperties, additionalProperties } = place.schema as SchemaObject;
      const matched = patterns.filter(
        (pattern) => patternProperties !== undefined && Object.hasOwn(patternProperties as SchemaObject, pattern),
      );
      if (matched.length > 0)
        pushAll(
          found,
          matched.map((pattern) => document.below(place, 'patternProperties', pattern)),
        );
      else if (additionalProperties === false) return undefined;
      else if (additionalProperties !== undefined) found.push(document.below(place, 'additionalProperties'));
    }
    return found;
  }
}
