/** Models in llama.cpp's format. */
export { loadGguf } from './load-gguf.ts';
export { planGguf, writeModelGguf, type GgufForm, type GgufPlan } from './write.ts';
export { isQuantisation } from './gguf-quantisation.ts';
