export { trainByteLevelBpe, type BpeTrainingOptions, type TokenizerJson } from './bpe/trainer.ts';
export { splitPatterns, type SplitPatternName } from './bpe/split-pattern.ts';
export type { Message, ToolCall, ToolSchema } from './message.ts';
