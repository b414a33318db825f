export { Batcher, type BatcherCounts, type BatcherOptions } from './batcher.ts';
export { generate } from './generate.ts';
export type { ChosenLogProb, TokenLogProb } from './log-probs.ts';
export { tooLong, type GenerationOptions, type GenerationRequest } from './request.ts';
export type { SamplingOptions } from './sampling.ts';
export type { AnswerTokenizer, Completion, TextEvent } from './sequence.ts';
