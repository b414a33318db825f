import { tokenizerHash, type Tokenizer } from '../../models/text/index.ts';
import {
  type CompiledConstraint,
  ConstraintCompiler,
  type Asking,
  type CompileLimits,
  type ConstraintSpec,
  Vocabulary,
} from '@attune/constraint';

/** Keyed by the tokenizer's hash, since adapters often carry a copy of their base model's tokenizer. */
const compilers = new Map<string, ConstraintCompiler>();
const vocabularies = new WeakMap<Tokenizer, { hash: string; vocabulary: Vocabulary }>();

let limits: CompileLimits | undefined;

/** Sets the compile limits of all further constraints. */
export function limitConstraints(given: CompileLimits): void {
  limits = given;
  compilers.clear();
}

/**
 * A constraint for a tokenizer, compiled in a worker thread and memoised by content and owner. Each answer calls its
 * own `begin()`. The limits and fair scheduling bound its cost.
 * @throws E_CONSTRAINT_EMPTY, E_CONSTRAINT_UNSPELLABLE, errors of `grammarOf`, and the signal's reason
 */
export function constraintFor(
  spec: ConstraintSpec,
  tokenizer: Tokenizer,
  asking: Asking = {},
): Promise<CompiledConstraint> {
  const { hash, vocabulary } = vocabularyOf(tokenizer);
  let compiler = compilers.get(hash);
  if (compiler === undefined) compilers.set(hash, (compiler = new ConstraintCompiler(vocabulary, limits)));
  return compiler.compile(spec, asking);
}

function vocabularyOf(tokenizer: Tokenizer): { hash: string; vocabulary: Vocabulary } {
  let known = vocabularies.get(tokenizer);
  if (known === undefined) {
    known = { hash: tokenizerHash(tokenizer), vocabulary: Vocabulary.of(tokenizer) };
    vocabularies.set(tokenizer, known);
  }
  return known;
}
