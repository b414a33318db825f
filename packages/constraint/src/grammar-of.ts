/** Converts a constraint to its grammar, independently of any vocabulary, tokenizer or engine. */
import { AttuneError } from '@attune/base/errors';
import type { Grammar } from './automaton/grammar.ts';
import { kinds } from './kinds.ts';
import { kindsIn, type ConstraintSpec } from './spec.ts';

/** @throws E_CONSTRAINT_INVALID, E_REGEX_INVALID, E_REGEX_UNSUPPORTED, E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED, E_CONSTRAINT_TOO_LARGE */
export function grammarOf(spec: ConstraintSpec): Grammar {
  const given = kindsIn(spec);
  const [kind, value] = given.length === 1 ? given[0] : ['', undefined];
  if (Object.hasOwn(kinds, kind)) return kinds[kind](value);
  throw new AttuneError('E_CONSTRAINT_INVALID', {
    what: 'A constraint must be of exactly one kind',
    got: given.length === 0 ? 'none' : given.map(([name]) => name).join(', '),
    expected: `one of ${Object.keys(kinds).join(', ')}, or a response_format of type json_schema or json_object`,
    fix: 'give one of them',
  });
}
