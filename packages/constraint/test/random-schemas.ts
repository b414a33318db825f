import { randomUnits, type RandomKey } from '@attune/base/random';
import type { Json } from '../src/schema/json-schema.ts';

type Schema = Record<string, Json>;

const WORDS = ['name', 'age', 'x', 'größe', 'a"b', 'items', 'kind of', 'π', '日本', 'value_1', 'tags', ''];
const PATTERNS = ['^[A-Z]{2,4}$', '\\d{2}', '^a.*z$', '(foo|ba[rz])+', '^\\p{L}+$', '^[^"\\\\]{1,8}$', '\\s', '^é*🙂$'];
const FORMATS = ['date', 'time', 'date-time', 'email', 'uuid', 'ipv4', 'ipv6', 'uri', 'hostname', 'duration'];

/**
 * Generates schemas with all supported keywords from a key. Some subschemas refer to the whole document through
 * `#/$defs/self`.
 */
export class RandomSchemas {
  readonly #unit: (index: number) => number;
  #drawn = 0;

  constructor(key: RandomKey) {
    this.#unit = randomUnits(key);
  }

  below(limit: number): number {
    return Math.floor(this.#unit(this.#drawn++) * limit);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)];
  }

  /** A whole document. */
  document(): Schema {
    return { $ref: '#/$defs/self', $defs: { self: this.schema(3), leaf: this.schema(0) } };
  }

  schema(depth: number): Schema {
    const leaves = [
      () => this.#string(),
      () => this.#integer(),
      () => this.#number(),
      () => this.#values(),
      () => this.#types(),
    ];
    const inner = [
      () => this.#object(depth - 1),
      () => this.#object(depth - 1),
      () => this.#array(depth - 1),
      () => this.#any(depth - 1),
      () => this.#tagged(depth - 1),
      () => this.#all(depth - 1),
    ];
    return this.pick(depth > 0 ? [...inner, ...leaves] : leaves)();
  }

  #string(): Schema {
    const least = this.below(4);
    return this.pick<() => Schema>([
      () => ({ type: 'string' }),
      () => ({ type: 'string', minLength: least, maxLength: least + this.below(30) }),
      () => ({ type: 'string', pattern: this.pick(PATTERNS) }),
      () => ({ type: 'string', pattern: this.pick(PATTERNS), maxLength: 12 }),
      () => ({ type: 'string', format: this.pick(FORMATS) }),
    ])();
  }

  #integer(): Schema {
    const low = this.below(2000) - 1000;
    return this.pick<() => Schema>([
      () => ({ type: 'integer' }),
      () => ({ type: 'integer', minimum: low, maximum: low + this.below(500) }),
      () => ({ type: 'integer', exclusiveMinimum: low }),
      () => ({ type: 'integer', maximum: low, multipleOf: 1 + this.below(12) }),
    ])();
  }

  #number(): Schema {
    const low = (this.below(2000) - 1000) / 8;
    return this.pick<() => Schema>([
      () => ({ type: 'number' }),
      () => ({ type: 'number', minimum: low, maximum: low + this.below(100) / 4 }),
      () => ({ type: 'number', exclusiveMinimum: low, exclusiveMaximum: low + 0.5 }),
      () => ({ type: ['number', 'null'], minimum: low }),
    ])();
  }

  #values(): Schema {
    const values: Json[] = [
      'yes',
      'no',
      'may be',
      'ümlaut "quoted"',
      7,
      -1.5,
      true,
      null,
      [1, 'two'],
      { a: [], b: null },
    ];
    const start = this.below(values.length - 1);
    return this.below(3) === 0
      ? { const: this.pick(values) }
      : { enum: values.slice(start, start + 1 + this.below(4)) };
  }

  #types(): Schema {
    return this.pick<Schema>([
      { type: 'boolean' },
      { type: ['string', 'null'] },
      { type: ['integer', 'boolean'] },
      {},
      { type: 'object' },
      { type: 'array' },
    ]);
  }

  #properties(depth: number): Record<string, Schema> {
    const start = this.below(WORDS.length);
    const names = Array.from({ length: this.below(4) }, (_, index) => WORDS[(start + index * 5) % WORDS.length]);
    return Object.fromEntries(names.map((name) => [name, this.#child(depth)]));
  }

  /** Optional subschemas may refer to the whole document. */
  #child(depth: number): Schema {
    return this.below(8) === 0 ? { $ref: this.pick(['#/$defs/self', '#/$defs/leaf']) } : this.schema(depth);
  }

  #object(depth: number): Schema {
    const properties = this.#properties(depth);
    const required = Object.keys(properties).filter(
      (name) => properties[name].$ref === undefined && this.below(2) === 0,
    );
    return this.pick<() => Schema>([
      () => ({ type: 'object', properties, required }),
      () => ({ type: 'object', properties, required, additionalProperties: false }),
      () => ({ type: 'object', properties, additionalProperties: this.schema(0) }),
      () => ({ type: 'object', properties, patternProperties: { '^x_': this.schema(0), '\\d$': true } }),
      () => ({ type: 'object', properties, required, additionalProperties: true, minProperties: 1, maxProperties: 4 }),
    ])();
  }

  #array(depth: number): Schema {
    const least = this.below(3);
    return this.pick<() => Schema>([
      () => ({ type: 'array', items: this.#child(depth) }),
      () => ({ type: 'array', items: this.schema(depth), minItems: least, maxItems: least + this.below(4) }),
      () => ({ type: 'array', prefixItems: [this.schema(depth), this.schema(0)] }),
      () => ({ type: 'array', prefixItems: [this.schema(depth)], items: this.schema(0), minItems: least }),
    ])();
  }

  #any(depth: number): Schema {
    return { anyOf: Array.from({ length: 1 + this.below(3) }, () => this.schema(depth)) };
  }

  #tagged(depth: number): Schema {
    const branches = ['one', 'two', 'three'].slice(0, 2 + this.below(2)).map((tag) => ({
      type: 'object',
      properties: { tag: { const: tag }, ...this.#properties(depth) },
      required: ['tag'],
    }));
    return { oneOf: branches };
  }

  #all(depth: number): Schema {
    return {
      allOf: [
        { type: 'object', properties: { first: { type: 'integer' }, ...this.#properties(depth) }, required: ['first'] },
        { properties: { first: { minimum: this.below(100) }, second: this.schema(depth) } },
      ],
    };
  }
}

/** A regular expression of the supported syntax. */
export function randomRegex(random: RandomSchemas): string {
  const ways = Array.from({ length: 1 + random.below(2) }, () => {
    const [start, end] = [random.pick(['', '', '^']), random.pick(['', '', '$'])];
    return start + regexPart(random, 3) + end;
  });
  return ways.join('|');
}

const ATOMS = [
  'a',
  'b',
  'é',
  '🙂',
  '\\.',
  '[a-f]',
  '[^\\s]',
  '\\d',
  '\\w',
  '.',
  '\\p{Lu}',
  '[\\u00e0-\\u00ff]',
  '\\n',
  ' ',
  '[\\w-]',
  '\\x41',
  '\\u{1f642}',
  '\\ud83d\\ude42',
  '[^]',
  '\\cJ',
  '\\/',
];

/** Unbounded repetitions are not nested: JavaScript's backtracking would take exponential time. */
function regexPart(random: RandomSchemas, depth: number, mayRepeat = true): string {
  if (depth === 0) return random.pick(ATOMS);
  const part = (isOutside = mayRepeat): string => regexPart(random, depth - 1, isOutside);
  const group = (isOutside = mayRepeat): string =>
    random.pick([
      () => `(${part(isOutside)})`,
      () => `(?:${part(isOutside)}|${part(isOutside)})`,
      () => `(?<n${random.below(1e9)}>${part(isOutside)})`,
      () => random.pick(ATOMS),
    ])();
  const repeated = (): string =>
    mayRepeat
      ? group(false) + random.pick(['*', '+', '?', '*?', '+?', '{2}', '{1,3}', '{2,}?'])
      : group() + random.pick(['?', '{2}']);
  return random.pick([() => part() + part(), repeated, () => repeated() + part(), () => group()])();
}
