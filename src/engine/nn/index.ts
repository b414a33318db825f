export { activations, gateOf, sparseGateOf, swiGlu, type Activation, type Gate } from './activations.ts';
export { type ContentBias, type DistanceBias } from './attention-bias.ts';
export {
  AdapterOwner,
  currentOwner,
  withAdapters,
  withSomeTokens,
  type AdapterRoute,
  type AdapterSpan,
} from './adapter-route.ts';
export { attention, type AttentionOptions } from './attention.ts';
export { BatchNorm2d } from './batch-norm.ts';
export { byBlocks, dynamicMap, nearestOf } from './block-codes.ts';
export { Convolution, ConvolutionBase } from './convolution.ts';
export { Convolution2d, type Convolution2dOptions } from './convolution-2d.ts';
export { deltaRule, type DeltaRule } from './delta-rule.ts';
export {
  currentRandomness,
  Dropout,
  DropPath,
  encoderTokens,
  tokenParts,
  Jitter,
  withRandomness,
  withTokens,
  type Randomness,
} from './dropout.ts';
export { earlierTokens, lastTokens } from './earlier-tokens.ts';
export { Embedding, type EmbeddingAdapter } from './embedding.ts';
export { FourBitWeight, type FourBitParts } from './four-bit-weight.ts';
export { Int8Table, roundRows, weightTerm } from './int8-table.ts';
export { Int8Weight, MOST_INT8_DEPTH, type Int8Use } from './int8-weight.ts';
export { atStageEnd, KeptProducts } from './kept-products.ts';
export {
  layoutOfRows,
  layoutOfTexts,
  rowOfTokens,
  segmentLengths,
  tokenCount,
  type KeyLayout,
  type Layout,
  inWindow,
} from './layout.ts';
export { changedInput, Conv1D, isLinear, Linear, termsOf } from './linear.ts';
export {
  gatedLinear,
  linearGroup,
  plainLayers,
  type LowRank,
  type LinearAdapter,
  type LinearLike,
  type Term,
} from './linear-fused.ts';
export {
  join,
  Module,
  ModuleBuffer,
  Parameter,
  renamed,
  type KeptWeight,
  type Stored,
  type Weight,
  type WeightOperands,
} from './module.ts';
export { ChannelNorm, LayerNorm, OffsetRMSNorm, plainRmsNorm, RMSNorm } from './norm.ts';
export {
  currentRowsOf,
  notesRows,
  tappedLinear,
  tapScale,
  tapScores,
  withRowsOf,
  withRowTaps,
  type LayerTap,
  type RowTap,
  type ScoresTap,
} from './row-taps.ts';
export { Rope, rotate, type RopePair, type Rotation } from './rope.ts';
export { Sublayer, type SublayerAdapter, type SublayerKind } from './sublayer.ts';
export { ropeFactors, ropeNeeds, ropeTypes, type RopeOptions, type RopeScaling } from './rope-scaling.ts';
