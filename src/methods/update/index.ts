import { methodTable, type UpdateMethod } from '../../train/method.ts';

const table = {
  adamw: () => import('./adamw.options.ts'),
  adamw_8bit: () => import('./adamw_8bit.options.ts'),
  adafactor: () => import('./adafactor.options.ts'),
  adagrad: () => import('./adagrad.options.ts'),
  adamax: () => import('./adamax.options.ts'),
  ademamix: () => import('./ademamix.options.ts'),
  dp_sgd: () => import('./dp_sgd.options.ts'),
  galore_adamw: () => import('./galore_adamw.options.ts'),
  lion: () => import('./lion.options.ts'),
  mezo: () => import('./mezo.options.ts'),
  muon: () => import('./muon.options.ts'),
  nadam: () => import('./nadam.options.ts'),
  prodigy: () => import('./prodigy.options.ts'),
  radam: () => import('./radam.options.ts'),
  rmsprop: () => import('./rmsprop.options.ts'),
  schedule_free: () => import('./schedule_free.options.ts'),
  schedule_free_radam: () => import('./schedule_free_radam.options.ts'),
  schedule_free_sgd: () => import('./schedule_free_sgd.options.ts'),
  sgd: () => import('./sgd.options.ts'),
};

export type UpdateTable = typeof table;

export const updates = methodTable<UpdateMethod, UpdateTable>('optimizer', 'E_UNKNOWN_OPTIMIZER', table);
