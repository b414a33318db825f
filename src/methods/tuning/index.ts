import { methodTable, type TuningMethod } from '../../train/method.ts';

const table = {
  lora: () => import('./lora.options.ts'),
  full: () => import('./full.options.ts'),
  freeze: () => import('./freeze.options.ts'),
  ia3: () => import('./ia3.options.ts'),
};

export type TuningTable = typeof table;
export type TuningName = keyof TuningTable;

export const tunings = methodTable<TuningMethod, TuningTable>('tuning', 'E_UNKNOWN_TUNING', table);
