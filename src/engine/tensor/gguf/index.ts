/** GGUF, the format of llama.cpp: one file with weights, tokenizer and settings. */
export { GgufFile, writeGguf } from './file.ts';
export { blockTypes, decodeBlocks, encodeBlocks, isBlockType, type BlockTypeName } from './block-types.ts';
export type { GgufTensor, GgufType } from './header.ts';
export type { GgufItem, GgufMetadata, GgufValue } from './gguf-values.ts';
