import { defineIdefics3 } from './idefics3.ts';

/** Idefics3 under another name (Marafioti et al., 2025; HF SmolVLMModel). */
export const architecture = defineIdefics3('smolvlm', 'SmolVLM');
