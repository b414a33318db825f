/** Supported schema keywords and the values they accept. */
import { table } from '@attune/base/table';
import { regexFaults } from '../characters/regex-term.ts';
import { formats } from './formats.ts';
import type { Json } from './json-schema.ts';

export type TypeName = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';
export const typeNames: readonly TypeName[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

export type SchemaObject = Readonly<Record<string, Json>>;

/** Validates a keyword's value; returns the fault, if any. */
type ValueCheck = (value: Json) => string | undefined;

export interface Keyword {
  check: ValueCheck;
  /** Returns the part of its value that is not supported, if any. */
  limit?: ValueCheck;
  /** Where its value contains schemas. */
  holds?: 'schema' | 'schemas' | 'map' | 'schema or schemas';
  /** The single type that it applies to. */
  of?: 'number' | 'string' | 'array' | 'object';
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

const isSchema: ValueCheck = (value) =>
  isObject(value) || typeof value === 'boolean' ? undefined : 'a schema is expected';
const isSchemas: ValueCheck = (value) =>
  isList(value) && value.length > 0 && value.every((each) => isSchema(each) === undefined)
    ? undefined
    : 'a list of schemas is expected';
const isMap: ValueCheck = (value) =>
  isObject(value) && Object.values(value).every((each) => isSchema(each) === undefined)
    ? undefined
    : 'an object of schemas is expected';
const isCount: ValueCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'a whole number of 0 or more is expected';
const isNumber: ValueCheck = (value) => (typeof value === 'number' ? undefined : 'a number is expected');
const isBound: ValueCheck = (value) =>
  typeof value === 'number' || typeof value === 'boolean' ? undefined : 'a number is expected';
const isText: ValueCheck = (value) => (typeof value === 'string' ? undefined : 'a text is expected');
const isNames: ValueCheck = (value) =>
  isList(value) && value.every((each) => typeof each === 'string') ? undefined : 'a list of names is expected';
const isType: ValueCheck = (value) => {
  const names = isList(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeNames.includes(name as TypeName))
    ? undefined
    : `one of ${typeNames.join(', ')}, or a list of them, is expected`;
};
const isAnything: ValueCheck = () => undefined;

const isInvalid = (fault: string): boolean => fault.startsWith('Invalid regular expression');
const isPattern: ValueCheck = (value) => isText(value) ?? regexFaults(value as string).find(isInvalid);
const followsPattern: ValueCheck = (value) => {
  const faults = regexFaults(value as string).filter((fault) => !isInvalid(fault));
  return faults.length === 0 ? undefined : faults.map((fault) => `${fault} is not supported`).join('; ');
};

/**
 * Largest supported `multipleOf` for integers: digits are tracked by their remainder, which takes one state for each
 * remainder and number of digits.
 */
export const MOST_STEP = 1_000;

const annotation: Keyword = { check: isAnything };

export const keywords: Readonly<Record<string, Keyword>> = table({
  type: { check: isType },
  enum: { check: (value) => (isList(value) && value.length > 0 ? undefined : 'a list of values is expected') },
  const: { check: isAnything },
  allOf: { check: isSchemas, holds: 'schemas' },
  anyOf: { check: isSchemas, holds: 'schemas' },
  oneOf: { check: isSchemas, holds: 'schemas' },
  $ref: { check: isText },
  $defs: { check: isMap, holds: 'map' },
  definitions: { check: isMap, holds: 'map' },
  minimum: { check: isNumber, of: 'number' },
  maximum: { check: isNumber, of: 'number' },
  // Boolean in draft 4.
  exclusiveMinimum: { check: isBound, of: 'number' },
  exclusiveMaximum: { check: isBound, of: 'number' },
  multipleOf: {
    check: (value) => (typeof value === 'number' && value > 0 ? undefined : 'a number above 0 is expected'),
    limit: (value) =>
      Number.isSafeInteger(value) && (value as number) <= MOST_STEP
        ? undefined
        : `only whole numbers up to ${MOST_STEP} are supported`,
    of: 'number',
  },
  minLength: { check: isCount, limit: upTo(10_000), of: 'string' },
  maxLength: { check: isCount, of: 'string' },
  pattern: { check: isPattern, limit: followsPattern, of: 'string' },
  format: {
    check: isText,
    limit: (value) =>
      Object.hasOwn(formats, value as string)
        ? undefined
        : `the format is not one of ${Object.keys(formats).join(', ')}`,
    of: 'string',
  },
  items: {
    check: (value) => (isList(value) ? isSchemas(value) : isSchema(value)),
    holds: 'schema or schemas',
    of: 'array',
  },
  prefixItems: { check: isSchemas, holds: 'schemas', of: 'array' },
  additionalItems: { check: isSchema, holds: 'schema', of: 'array' },
  minItems: { check: isCount, limit: upTo(1_000), of: 'array' },
  maxItems: { check: isCount, of: 'array' },
  uniqueItems: {
    check: (value) => (typeof value === 'boolean' ? undefined : 'true or false is expected'),
    limit: (value) => (value === true ? 'items cannot be tracked individually' : undefined),
    of: 'array',
  },
  properties: { check: isMap, holds: 'map', of: 'object' },
  patternProperties: {
    check: (value) =>
      isMap(value) ??
      Object.keys(value as SchemaObject)
        .map((each) => isPattern(each))
        .find((fault) => fault !== undefined),
    limit: (value) =>
      Object.keys(value as SchemaObject)
        .map((each) => followsPattern(each))
        .find((fault) => fault !== undefined),
    holds: 'map',
    of: 'object',
  },
  additionalProperties: { check: isSchema, holds: 'schema', of: 'object' },
  required: { check: isNames, of: 'object' },
  minProperties: { check: isCount, of: 'object' },
  maxProperties: { check: isCount, of: 'object' },
  title: annotation,
  description: annotation,
  default: annotation,
  examples: annotation,
  deprecated: annotation,
  readOnly: annotation,
  writeOnly: annotation,
  contentEncoding: annotation,
  contentMediaType: annotation,
  $schema: annotation,
  $id: annotation,
  id: annotation,
  $comment: annotation,
  $anchor: { check: isText },
});

function upTo(most: number): ValueCheck {
  return (value) => ((value as number) <= most ? undefined : `at most ${most} is supported`);
}
