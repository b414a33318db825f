import { methodTable, type UpdateMethod } from '../../methods/method.ts';

const table = {
  adamw: () => import('./adamw.ts'),
  adamw_8bit: () => import('./adamw_8bit.ts'),
  adafactor: () => import('./adafactor.ts'),
  adagrad: () => import('./adagrad.ts'),
  adamax: () => import('./adamax.ts'),
  ademamix: () => import('./ademamix.ts'),
  dp_sgd: () => import('./dp_sgd.ts'),
  galore_adamw: () => import('./galore_adamw.ts'),
  lion: () => import('./lion.ts'),
  mezo: () => import('./mezo.ts'),
  muon: () => import('./muon.ts'),
  nadam: () => import('./nadam.ts'),
  prodigy: () => import('./prodigy.ts'),
  radam: () => import('./radam.ts'),
  rmsprop: () => import('./rmsprop.ts'),
  schedule_free: () => import('./schedule_free.ts'),
  schedule_free_radam: () => import('./schedule_free_radam.ts'),
  schedule_free_sgd: () => import('./schedule_free_sgd.ts'),
  sgd: () => import('./sgd.ts'),
};

export type UpdateTable = typeof table;

export const updates = methodTable<UpdateMethod, UpdateTable>('optimizer', 'E_UNKNOWN_OPTIMIZER', table);
