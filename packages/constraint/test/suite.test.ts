/** Checks constraints against the official JSON Schema test suite (draft 4, from npm). */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allows } from './sampler.ts';

interface Group {
  description: string;
  schema: object;
  tests: { description: string; data: unknown; valid: boolean }[];
}

interface Outcome {
  name: string;
  valid: boolean;
  isAllowed: boolean;
}

/** Undeclared properties are not generated, declared ones come in the schema's order, and `properties` implies an object. */
const NARROWER = [
  'additionalItems: additionalItems are allowed by default: only the first item is validated',
  'additionalProperties: additionalProperties are allowed by default: additional properties are allowed',
  'allOf: allOf: allOf',
  'allOf: allOf with base schema: valid',
  'patternProperties: regexes are not anchored by default and are case sensitive: non recognized members are ignored',
  'patternProperties: regexes are not anchored by default and are case sensitive: regexes are case sensitive',
  "properties: object properties validation: doesn't invalidate other properties",
  'ref: root pointer ref: match',
  'ref: root pointer ref: recursive match',
];

const REFUSED = [
  'definitions: valid definition E_SCHEMA_UNSUPPORTED',
  'definitions: invalid definition E_SCHEMA_UNSUPPORTED',
  'dependencies: dependencies E_SCHEMA_UNSUPPORTED',
  'dependencies: multiple dependencies E_SCHEMA_UNSUPPORTED',
  'dependencies: multiple dependencies subschema E_SCHEMA_UNSUPPORTED',
  'multipleOf: by number E_SCHEMA_UNSUPPORTED',
  'multipleOf: by small number E_SCHEMA_UNSUPPORTED',
  'not: not E_SCHEMA_UNSUPPORTED',
  'not: not multiple types E_SCHEMA_UNSUPPORTED',
  'not: not more complex schema E_SCHEMA_UNSUPPORTED',
  'not: forbidden property E_SCHEMA_UNSUPPORTED',
  'oneOf: oneOf E_SCHEMA_UNSUPPORTED',
  'oneOf: oneOf with base schema E_SCHEMA_UNSUPPORTED',
  // Has its definitions under unknown keywords.
  'ref: escaped pointer ref E_SCHEMA_INVALID',
  'ref: remote ref, containing refs itself E_SCHEMA_UNSUPPORTED',
  'refRemote: remote ref E_SCHEMA_UNSUPPORTED',
  'refRemote: fragment within remote ref E_SCHEMA_UNSUPPORTED',
  'refRemote: ref within remote ref E_SCHEMA_UNSUPPORTED',
  'refRemote: change resolution scope E_SCHEMA_UNSUPPORTED',
  'uniqueItems: uniqueItems validation E_SCHEMA_UNSUPPORTED',
];

const require = createRequire(import.meta.url);
const suite = require.resolve('json-schema-test-suite/package.json');
const folder = join(dirname(suite), 'tests', 'draft4');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const refused: string[] = [];
const outcomes = files.flatMap((file) =>
  (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Group[]).flatMap((group) => {
    const name = `${file.slice(0, -'.json'.length)}: ${group.description}`;
    try {
      return group.tests.map(({ description, data, valid }): Outcome => {
        const isAllowed = allows({ schema: group.schema }, JSON.stringify(data));
        return { name: `${name}: ${description}`, valid, isAllowed };
      });
    } catch (error) {
      refused.push(`${name} ${(error as { code?: string }).code}`);
      return [];
    }
  }),
);

describe('the official test suite', () => {
  test('no invalid value is allowed', () => {
    const invalid = outcomes.filter(({ valid }) => !valid);
    expect(invalid.filter(({ isAllowed }) => isAllowed)).toEqual([]);
    expect(invalid.length).toBe(101);
  });

  test('every valid value is allowed, but for other types than a schema without type speaks of, and undeclared names', () => {
    const narrower = outcomes.filter(({ valid, isAllowed }) => valid && !isAllowed).map(({ name }) => name);
    const byType = narrower.filter((name) => name.includes('ignores non-'));
    expect(narrower.filter((name) => !byType.includes(name))).toEqual(NARROWER);
    expect(outcomes.filter(({ valid, isAllowed }) => valid && isAllowed).length).toBe(69);
  });

  test('schemas that cannot be followed are refused', () => {
    expect(refused).toEqual(REFUSED);
  });
});
