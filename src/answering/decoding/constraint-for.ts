import { tokenizerHash, type Tokenizer } from '../../models/text/index.ts';
import {
  type CompiledConstraint,
  ConstraintCompiler,
  type Asking,
  type CompileLimits,
  type ConstraintSpec,
  Vocabulary,
} from '@attune/constraint';

/** By tokenizers' hashes: adapters often have a copy of their base's. */
const compilers = new Map<string, ConstraintCompiler>();
const vocabularies = new WeakMap<Tokenizer, { hash: string; vocabulary: Vocabulary }>();

let limits: CompileLimits | undefined;

/** Bounds what each constraint may cost from now on. */
export function limitConstraints(given: CompileLimits): void {
  limits = given;
  compilers.clear();
}

/**
 * A constraint ready for a tokenizer, compiled in a thread; memoised by content and owner. Each answer then has its
 * own `begin()`. Its cost is bounded by the limits and fair turns.
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
