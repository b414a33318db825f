/** Models as llama.cpp reads them. */
export { loadGguf } from './load-gguf.ts';
export { planGguf, writeModelGguf, type GgufForm, type GgufPlan } from './write.ts';
export { isQuantisation } from './gguf-quantisation.ts';
