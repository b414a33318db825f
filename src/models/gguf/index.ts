/** Models as llama.cpp reads them. */
export { loadGguf } from './read.ts';
export { planGguf, writeModelGguf, type GgufForm, type GgufPlan } from './write.ts';
export { isQuantisation } from './quantisation.ts';
