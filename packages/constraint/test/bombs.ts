import type { ConstraintSpec } from '../src/spec.ts';

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => item(i));
const integers = (count: number) => Object.fromEntries(times(count, (i) => [`p${i}`, { type: 'integer' }]));
const names = (count: number) => times(count, (i) => `p${i}`);
const numbers = { type: 'array', minItems: 900, maxItems: 1000, items: { type: 'integer' } };

/** Small requests that would be very costly to compile. */
export const bombs: Readonly<Record<string, ConstraintSpec>> = {
  nested: { regex: '((a{1,100}){1,100}){1,100}' },
  repeated: { regex: '(a{1,100}){1,100}' },
  optional: { regex: 'a?'.repeat(5000) + 'a'.repeat(5000) },
  long: { regex: 'a?'.repeat(450_000) },
  alternatives: { regex: times(60_000, (i) => `w${i}`).join('|') },
  classes: { regex: String.raw`(\p{L}+\s?){1,400}(\p{Lu}|\p{Ll}){1,400}` },
  groups: { regex: `${'('.repeat(3000)}a${')'.repeat(3000)}` },
  memory: { regex: '(a|b)*a(a|b){20}' },
  choices: { choices: times(1400, (i) => 'ab'.repeat(i + 1)) },
  largeChoices: { choices: times(1000, (i) => `${i}`.repeat(400).slice(0, 1000)) },
  values: { schema: { enum: times(60_000, (i) => `value ${i}`) } },
  constant: { schema: { const: 'x'.repeat(499_000) } },
  properties: { schema: { type: 'object', properties: integers(5000), required: names(5000) } },
  counted: { schema: { type: 'object', properties: integers(2000), maxProperties: 1000 } },
  backtracking: { schema: { enum: [`${'a'.repeat(40)}!`], pattern: '^(a+)+$' } },
  items: { schema: { ...numbers, items: numbers } },
  places: { schema: { type: 'array', prefixItems: times(20_000, () => ({ type: 'integer' })) } },
  references: {
    schema: {
      $defs: Object.fromEntries(
        times(20_000, (i) => [`d${i}`, i === 19_999 ? { type: 'string' } : { $ref: `#/$defs/d${i + 1}` }]),
      ),
      $ref: '#/$defs/d0',
    },
  },
};
