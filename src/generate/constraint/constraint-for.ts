import { createHash } from 'node:crypto';
import { AttuneError } from '../../base/errors.ts';
import { tokenizerHash, type Tokenizer } from '../../text/index.ts';
import { CompiledConstraint } from './compiled-constraint.ts';
import { kinds } from './kinds.ts';
import { kindsIn, type ConstraintSpec } from './spec.ts';
import { Vocabulary } from './tokens/vocabulary.ts';

const MOST_KEPT = 32;
// A constraint whose answers differed this much is made anew, so that a long-running process does not grow.
const MOST_STATES = 100_000;

const compiled = new Map<string, CompiledConstraint>();
const vocabularies = new WeakMap<Tokenizer, { hash: string; vocabulary: Vocabulary }>();

/**
 * A constraint ready for a tokenizer; made once for the same content. Each answer then has its own `begin()`.
 * @throws E_CONSTRAINT_INVALID, E_REGEX_INVALID, E_REGEX_UNSUPPORTED, E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED,
 *   E_CONSTRAINT_EMPTY, E_CONSTRAINT_TOO_LARGE, E_CONSTRAINT_UNSPELLABLE
 */
export function constraintFor(spec: ConstraintSpec, tokenizer: Tokenizer): CompiledConstraint {
  const { hash, vocabulary } = vocabularyOf(tokenizer);
  const key = createHash('sha256')
    .update(JSON.stringify([spec, hash]))
    .digest('hex');
  let constraint = compiled.get(key);
  compiled.delete(key);
  if (constraint === undefined || constraint.stateCount > MOST_STATES) {
    constraint = new CompiledConstraint(grammarOf(spec), vocabulary);
  }
  compiled.set(key, constraint);
  if (compiled.size > MOST_KEPT) compiled.delete(compiled.keys().next().value!);
  return constraint;
}

function grammarOf(spec: ConstraintSpec) {
  const given = kindsIn(spec);
  const [kind, value] = given.length === 1 ? given[0] : ['', undefined];
  if (Object.hasOwn(kinds, kind)) return kinds[kind](value);
  throw new AttuneError('E_CONSTRAINT_INVALID', {
    what: 'A constraint is of exactly one kind',
    got: given.length === 0 ? 'none' : given.map(([name]) => name).join(', '),
    expected: `one of ${Object.keys(kinds).join(', ')}, or a response_format of type json_schema or json_object`,
    fix: 'give one of them',
  });
}

function vocabularyOf(tokenizer: Tokenizer): { hash: string; vocabulary: Vocabulary } {
  let known = vocabularies.get(tokenizer);
  if (known === undefined) {
    known = { hash: tokenizerHash(tokenizer), vocabulary: new Vocabulary(tokenizer) };
    vocabularies.set(tokenizer, known);
  }
  return known;
}
