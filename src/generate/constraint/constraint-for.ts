import { createHash } from 'node:crypto';
import { tokenizerHash, type Tokenizer } from '../../text/index.ts';
import { CompiledConstraint } from './compiled-constraint.ts';
import { grammarOf } from './grammar-of.ts';
import type { ConstraintSpec } from './spec.ts';
import { Vocabulary } from './tokens/vocabulary.ts';

const MOST_KEPT = 32;
// A constraint whose answers differed this much is made anew, so that a long-running process does not grow.
const MOST_STATES = 100_000;

const compiled = new Map<string, CompiledConstraint>();
const vocabularies = new WeakMap<Tokenizer, { hash: string; vocabulary: Vocabulary }>();

/**
 * A constraint ready for a tokenizer; made once for the same content. Each answer then has its own `begin()`.
 * @throws E_CONSTRAINT_EMPTY, E_CONSTRAINT_UNSPELLABLE, and what `grammarOf` throws
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

function vocabularyOf(tokenizer: Tokenizer): { hash: string; vocabulary: Vocabulary } {
  let known = vocabularies.get(tokenizer);
  if (known === undefined) {
    known = { hash: tokenizerHash(tokenizer), vocabulary: new Vocabulary(tokenizer) };
    vocabularies.set(tokenizer, known);
  }
  return known;
}
