import { defineRoberta } from './roberta.ts';

/** RoBERTa in French (Martin et al., 2020). */
export const architecture = defineRoberta('camembert', 'Camembert');
