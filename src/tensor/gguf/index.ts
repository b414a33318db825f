/** GGUF, the format of llama.cpp: one file with weights, tokenizer and settings. */
export { GgufFile, writeGguf } from './file.ts';
export type { GgufTensor } from './header.ts';
export type { GgufItem, GgufMetadata, GgufValue } from './values.ts';
