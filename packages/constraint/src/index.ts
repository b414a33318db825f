/** Constrained decoding: which tokens of a vocabulary may come next in an answer of a given form. */
export { CompiledConstraint, compileGrammar, type ConstraintParts } from './compiled-constraint.ts';
export { ConstraintCompiler, type Asking, type CompileLimits } from './compiler/compiler.ts';
export type { FreeCalls } from './free-calls.ts';
export { grammarOf } from './grammar-of.ts';
export { spacedConstraint } from './spaced.ts';
export type { ConstraintSpec } from './spec.ts';
export type { TokenConstraint } from './token-constraint.ts';
export type { TokenSource } from './tokens/token-source.ts';
export { Vocabulary } from './tokens/vocabulary.ts';
