/**
 * oneOf requires exactly one of its schemas to hold. A value generated for one must never be valid for another; if that
 * is uncertain, the schema is rejected, since an answer might be invalid.
 */
import { isEmptyLanguage } from '../characters/character-automaton.ts';
import type { Terms } from '../characters/terms.ts';
import {
  allowedKinds,
  alternativesOf,
  given,
  spelledValues,
  writtenKinds,
  type Conjunction,
  type Kind,
} from './alternatives.ts';
import { itemCounts } from './arrays.ts';
import { countBounds, numberBounds } from './bounds.ts';
import { isValid, propertyPlaces } from './literals.ts';
import type { SchemaObject } from './keywords.ts';
import type { Json } from './json-schema.ts';
import { declaredNames, isOpen } from './objects.ts';
import type { SchemaDocument, SchemaPlace } from './schema-document.ts';
import { stringTerm } from './strings.ts';

// Discriminating properties are at the top level or one level below.
const MOST_DEPTH = 3;

/**
 * Rejects a schema's oneOf unless generated text can only match the chosen branch. @param all one alternative of a
 * place, including one branch of each oneOf in it
 */
export function refuseOverlaps(document: SchemaDocument, terms: Terms, all: Conjunction): void {
  const overlaps = new Overlaps(document, terms);
  for (const place of all) {
    const { oneOf } = place.schema as SchemaObject;
    if (oneOf === undefined) continue;
    const branches = (oneOf as Json[]).map((_, index) => document.below(place, 'oneOf', index));
    const others = branches.filter((branch) => !all.includes(branch));
    const overlapping = others.filter((branch) => !overlaps.excludes(all, branch));
    if (others.length === branches.length - 1 && overlapping.length === 0) continue;
    const names = overlapping.map(({ pointer }) => `#${pointer}`).join(', ');
    document.problems.refuse(
      `${place.pointer}/oneOf`,
      `text for one branch may also fit another (${names}): distinguish them by type, const or a required ` +
        'property, or use anyOf',
    );
  }
}

class Overlaps {
  readonly #document: SchemaDocument;
  readonly #terms: Terms;

  constructor(document: SchemaDocument, terms: Terms) {
    this.#document = document;
    this.#terms = terms;
  }

  /** Whether no value generated under all of these schemas is valid under the other. */
  excludes(all: Conjunction, other: SchemaPlace): boolean {
    return alternativesOf(this.#document, [other]).every((rest) => this.#excludesOne(all, rest, 0));
  }

  #excludesOne(written: Conjunction, other: Conjunction, depth: number): boolean {
    const isAllowed = (all: Conjunction, value: Json): boolean =>
      all.every((place) => isValid(this.#document, place, value));
    const values = spelledValues(this.#document, written);
    if (values !== undefined) return values.every((value) => !isAllowed(other, value));
    const kinds = writtenKinds(written).intersection(allowedKinds(other));
    const theirs = spelledValues(this.#document, other);
    if (theirs !== undefined) return theirs.every((value) => !isAllowed(written, value));
    return [...kinds].every((kind) => this.#excludesKind(kind, { written, other, depth }));
  }

  #excludesKind(
    kind: Kind,
    { written, other, depth }: { written: Conjunction; other: Conjunction; depth: number },
  ): boolean {
    if (kind === 'integer' || kind === 'fraction') return areApart(numberBounds(written), numberBounds(other));
    if (kind === 'string') {
      const both = this.#terms.both([stringTerm(this.#terms, written), stringTerm(this.#terms, other)]);
      return isEmptyLanguage(this.#terms, both, 'A string of the schema');
    }
    if (kind === 'array') {
      const [mine, theirs] = [itemCounts(written), countBounds(other, 'minItems', 'maxItems')];
      return mine.least > theirs.most || mine.most < theirs.least;
    }
    return kind === 'object' && this.#excludesObjects(written, other, depth);
  }

  #excludesObjects(written: Conjunction, other: Conjunction, depth: number): boolean {
    const names = declaredNames(written);
    const wanted = given<string[]>(other, 'required').flat();
    const hasPatterns = given(written, 'patternProperties').length > 0;
    if (!isOpen(written) && !hasPatterns && wanted.some((name) => !names.includes(name))) return true;
    if (depth === MOST_DEPTH) return false;
    // A property that is certainly written, or that the other schema requires, with different values or forbidden
    // there.
    const certain = new Set([...given<string[]>(written, 'required').flat(), ...wanted]);
    return [...certain].some((name) => {
      const ours = written.flatMap((place) => propertyPlaces(this.#document, place, name));
      const theirs = other.flatMap((place) => propertyPlaces(this.#document, place, name));
      return this.#propertyDiffers(ours, theirs, depth);
    });
  }

  #propertyDiffers(ours: readonly SchemaPlace[], theirs: readonly SchemaPlace[], depth: number): boolean {
    return alternativesOf(this.#document, ours).every((mine) =>
      alternativesOf(this.#document, theirs).every((rest) => this.#excludesOne(mine, rest, depth + 1)),
    );
  }
}

function areApart(a: ReturnType<typeof numberBounds>, b: ReturnType<typeof numberBounds>): boolean {
  const isBelow = (x: typeof a, y: typeof a): boolean =>
    x.high < y.low || (x.high === y.low && (x.isHighExcluded || y.isLowExcluded));
  return isBelow(a, b) || isBelow(b, a);
}
