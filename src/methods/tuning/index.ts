import { methodTable, type TuningMethod } from '../../train/method.ts';

const table = {
  lora: () => import('./lora.options.ts'),
  full: () => import('./full.options.ts'),
  freeze: () => import('./freeze.options.ts'),
};

export type TuningTable = typeof table;

export const tunings = methodTable<TuningMethod, TuningTable>('tuning', 'E_UNKNOWN_TUNING', table);
