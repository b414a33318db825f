export { activations, type Activation } from './activations.ts';
export { attention, type AttentionOptions, type KeyLayout } from './attention.ts';
export { currentRandomness, Dropout, withRandomness, type Randomness } from './dropout.ts';
export { Embedding, type EmbeddingAdapter } from './embedding.ts';
export { layoutOfRows, rowOfTokens, segmentLengths, tokenCount, type Layout } from './layout.ts';
export { Conv1D, isLinear, Linear, type LinearAdapter, type LinearLike, type Term } from './linear.ts';
export { join, Module, ModuleBuffer, Parameter } from './module.ts';
export { LayerNorm, RMSNorm } from './norm.ts';
export { Rope, ropeTypes, rotate, type RopeScaling, type Rotation } from './rope.ts';
