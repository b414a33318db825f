/** Models as llama.cpp reads them. */
export { loadGguf } from './read.ts';
export { planGguf, writeModelGguf, type GgufPlan } from './write.ts';
