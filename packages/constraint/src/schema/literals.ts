/** Validates enumerated values (enum, const) against all schemas that hold in their place. */
import { entryOf, table } from '@attune/base/table';
import { formats } from './formats.ts';
import { isList, isObject, type SchemaObject, type TypeName } from './keywords.ts';
import type { Json } from './json-schema.ts';
import type { SchemaDocument, SchemaPlace } from './schema-document.ts';

type Test = (value: never, at: { document: SchemaDocument; place: SchemaPlace; schema: SchemaObject }) => boolean;

/** Validates a value under one schema. */
export function isValid(document: SchemaDocument, place: SchemaPlace, value: Json): boolean {
  const { schema } = place;
  if (typeof schema === 'boolean') return schema;
  const kind = kindOf(value);
  return Object.keys(schema).every((name) => {
    const test = general[name] ?? entryOf(byKind[kind], name);
    return test === undefined || test(value as never, { document, place, schema });
  });
}

export function equals(a: Json, b: Json): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((each, index) => equals(each, b[index]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equals(entryOf(a, name), b[name]))
  );
}

export function hasType(value: Json, type: TypeName): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return kindOf(value) === type;
}

function kindOf(value: Json): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return typeof value as 'boolean' | 'number' | 'string' | 'object';
}

const general: Readonly<Record<string, Test>> = table({
  type: (value, { schema }) => [schema.type].flat().some((type) => hasType(value, type as TypeName)),
  enum: (value, { schema }) => (schema.enum as Json[]).some((each) => equals(each, value)),
  const: (value, { schema }) => equals(schema.const, value),
  $ref: (value, { document, place }) => isValid(document, document.referenced(place), value),
  allOf: (value, at) => branches(at, 'allOf', value) === (at.schema.allOf as Json[]).length,
  anyOf: (value, at) => branches(at, 'anyOf', value) > 0,
  oneOf: (value, at) => branches(at, 'oneOf', value) === 1,
});

const byKind: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  number: {
    minimum: (value: number, { schema }) =>
      value >= (schema.minimum as number) && (schema.exclusiveMinimum !== true || value > (schema.minimum as number)),
    maximum: (value: number, { schema }) =>
      value <= (schema.maximum as number) && (schema.exclusiveMaximum !== true || value < (schema.maximum as number)),
    exclusiveMinimum: (value: number, { schema }) =>
      typeof schema.exclusiveMinimum === 'boolean' || value > (schema.exclusiveMinimum as number),
    exclusiveMaximum: (value: number, { schema }) =>
      typeof schema.exclusiveMaximum === 'boolean' || value < (schema.exclusiveMaximum as number),
    multipleOf: (value: number, { schema }) => value % (schema.multipleOf as number) === 0,
  },
  string: {
    minLength: (value: string, { schema }) => [...value].length >= (schema.minLength as number),
    maxLength: (value: string, { schema }) => [...value].length <= (schema.maxLength as number),
    pattern: (value: string, { schema }) => new RegExp(schema.pattern as string, 'u').test(value),
    format: (value: string, { schema }) => new RegExp(`^(?:${formats[schema.format as string]})$`, 'u').test(value),
  },
  array: {
    minItems: (value: Json[], { schema }) => value.length >= (schema.minItems as number),
    maxItems: (value: Json[], { schema }) => value.length <= (schema.maxItems as number),
    prefixItems: itemsFit,
    items: itemsFit,
  },
  object: {
    required: (value: SchemaObject, { schema }) =>
      (schema.required as string[]).every((name) => Object.hasOwn(value, name)),
    minProperties: (value: SchemaObject, { schema }) => Object.keys(value).length >= (schema.minProperties as number),
    maxProperties: (value: SchemaObject, { schema }) => Object.keys(value).length <= (schema.maxProperties as number),
    properties: propertiesFit,
    patternProperties: propertiesFit,
    additionalProperties: propertiesFit,
  },
};

function branches({ document, place, schema }: Parameters<Test>[1], name: string, value: Json): number {
  return (entryOf(schema, name) as Json[]).filter((_, index) =>
    isValid(document, document.below(place, name, index), value),
  ).length;
}

function itemsFit(value: Json[], { document, place }: Parameters<Test>[1]): boolean {
  return value.every((each, index) => {
    const item = itemPlace(document, place, index);
    return item === undefined || isValid(document, item, each);
  });
}

function propertiesFit(value: SchemaObject, { document, place }: Parameters<Test>[1]): boolean {
  return Object.entries(value).every(([name, each]) =>
    propertyPlaces(document, place, name).every((property) => isValid(document, property, each)),
  );
}

/** Schema of an array's item under one schema; undefined if anything is allowed. */
export function itemPlace(document: SchemaDocument, place: SchemaPlace, index: number): SchemaPlace | undefined {
  const schema = place.schema as SchemaObject;
  const first = prefixName(schema);
  if (first !== undefined && index < (schema[first] as Json[]).length) return document.below(place, first, index);
  const rest = restName(schema);
  return rest === undefined ? undefined : document.below(place, rest);
}

/** The keyword with a schema for each of the first items: `items` up to draft 2019-09. */
export function prefixName({ prefixItems, items }: SchemaObject): 'prefixItems' | 'items' | undefined {
  if (prefixItems !== undefined) return 'prefixItems';
  return isList(items) ? 'items' : undefined;
}

/** The keyword with the schema of all further items. */
export function restName({ items, additionalItems }: SchemaObject): 'items' | 'additionalItems' | undefined {
  if (items !== undefined && !isList(items)) return 'items';
  return isList(items) && additionalItems !== undefined ? 'additionalItems' : undefined;
}

/** Schemas of a property of that name under one schema; empty if anything is allowed. */
export function propertyPlaces(document: SchemaDocument, place: SchemaPlace, name: string): SchemaPlace[] {
  const { properties, patternProperties, additionalProperties } = place.schema as SchemaObject;
  const found: SchemaPlace[] = [];
  if (isObject(properties) && Object.hasOwn(properties, name)) found.push(document.below(place, 'properties', name));
  for (const pattern of isObject(patternProperties) ? Object.keys(patternProperties) : []) {
    if (new RegExp(pattern, 'u').test(name)) found.push(document.below(place, 'patternProperties', pattern));
  }
  if (found.length === 0 && additionalProperties !== undefined)
    found.push(document.below(place, 'additionalProperties'));
  return found;
}
