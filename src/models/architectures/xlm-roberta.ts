import { defineRoberta } from './roberta.ts';

/** RoBERTa in a hundred languages (Conneau et al., 2020). */
export const architecture = defineRoberta('xlm-roberta', 'XLMRoberta');
