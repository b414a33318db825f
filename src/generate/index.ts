export { Decoding } from './decoding.ts';
export { generate, type Completion, type GenerationOptions, type OnText } from './generate.ts';
export { greedy, sampleToken, type SamplingOptions } from './sampling.ts';
