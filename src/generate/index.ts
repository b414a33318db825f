export { Batcher, type BatcherCounts, type BatcherOptions } from './batcher.ts';
export { constraintFor } from './constraint/constraint-for.ts';
export type { TokenConstraint } from './constraint/token-constraint.ts';
export type { ConstraintSpec } from './constraint/spec.ts';
export { askInTurn, generate } from './generate.ts';
export type { ChosenLogProb, TokenLogProb } from './log-probs.ts';
export { DEFAULT_NEW_TOKENS, tooLong, type GenerationOptions, type GenerationRequest } from './request.ts';
export type { SamplingOptions } from './sampling.ts';
export type { AnswerTokenizer, Completion, TextEvent } from './sequence.ts';
