/** Expands a schema into alternatives, each a list of schemas that hold together by their own keywords alone. */
import { entryOf } from '@attune/base/table';
import { isValid } from './literals.ts';
import { isList, keywords, type SchemaObject, type TypeName } from './keywords.ts';
import type { Json } from './json-schema.ts';
import type { SchemaDocument, SchemaPlace } from './schema-document.ts';

/** Schemas that hold together. Their $ref, allOf, anyOf and oneOf have been expanded. */
export type Conjunction = readonly SchemaPlace[];

/** JSON's types, with integers separate from other numbers. */
export type Kind = 'null' | 'boolean' | 'integer' | 'fraction' | 'string' | 'array' | 'object';
const allKinds: readonly Kind[] = ['object', 'array', 'string', 'integer', 'fraction', 'boolean', 'null'];

const MOST_ALTERNATIVES = 1_000;

/** All alternatives of schemas that hold together; those with contradictory types are left out. */
export function alternativesOf(document: SchemaDocument, places: readonly SchemaPlace[]): Conjunction[] {
  return combine(
    document,
    places.map((place) => spread(document, place, [])),
  );
}

function spread(document: SchemaDocument, place: SchemaPlace, open: readonly SchemaPlace[]): Conjunction[] {
  const { schema, pointer } = place;
  if (typeof schema === 'boolean') return schema ? [[]] : [];
  if (open.includes(place)) {
    document.problems.refuse(pointer, 'the schema refers to itself with nothing in between');
    return [];
  }
  const inner = [...open, place];
  const below = (name: string): Conjunction[][] =>
    ((entryOf(schema, name) ?? []) as Json[]).map((_, index) =>
      spread(document, document.below(place, name, index), inner),
    );
  const factors: Conjunction[][] = [[[place]], ...below('allOf')];
  if (schema.$ref !== undefined) factors.push(spread(document, document.referenced(place), inner));
  for (const name of ['anyOf', 'oneOf']) if (entryOf(schema, name) !== undefined) factors.push(below(name).flat());
  return combine(document, factors);
}

function combine(document: SchemaDocument, factors: readonly Conjunction[][]): Conjunction[] {
  let product: Conjunction[] = [[]];
  for (const factor of factors) {
    product = product.flatMap((one) => factor.map((other) => [...new Set([...one, ...other])]));
    product = product.filter((one) => allowedKinds(one).size > 0);
    if (product.length > MOST_ALTERNATIVES) {
      document.problems.refuse('', `anyOf and oneOf make more than ${MOST_ALTERNATIVES} combinations in one place`);
      return [];
    }
  }
  return product;
}

/** Values of a keyword in all schemas that have it. */
export function given<Value extends Json>(all: Conjunction, name: string): Value[] {
  return all.flatMap(({ schema }) => {
    const value = entryOf(schema as SchemaObject, name);
    return value === undefined ? [] : [value as Value];
  });
}

/** Types that all schemas allow by `type`. */
export function allowedKinds(all: Conjunction): Set<Kind> {
  let kinds = new Set(allKinds);
  for (const type of given(all, 'type')) {
    const names = (isList(type) ? type : [type]) as TypeName[];
    kinds = kinds.intersection(
      new Set(names.flatMap((name): Kind[] => (name === 'number' ? ['integer', 'fraction'] : [name]))),
    );
  }
  return kinds;
}

/** Types that are generated: those that `type` allows; without it, the types that the other keywords apply to, or any. */
export function writtenKinds(all: Conjunction): Set<Kind> {
  const kinds = allowedKinds(all);
  if (given(all, 'type').length > 0) return kinds;
  const spoken = new Set(
    all
      .flatMap(({ schema }) => Object.keys(schema))
      .flatMap((name): Kind[] => {
        const type = keywords[name]?.of;
        if (type === undefined) return [];
        return type === 'number' ? ['integer', 'fraction'] : [type];
      }),
  );
  return spoken.size === 0 ? kinds : spoken;
}

/** Enumerated values (enum, const) that are valid; undefined if none are enumerated. */
export function spelledValues(document: SchemaDocument, all: Conjunction): Json[] | undefined {
  const lists = [...given<Json[]>(all, 'enum'), ...given(all, 'const').map((value) => [value])];
  if (lists.length === 0) return undefined;
  return lists[0].filter((value) => all.every((place) => isValid(document, place, value)));
}
