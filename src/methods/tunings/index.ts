import { methodTable, type TuningMethod } from '../method.ts';

const table = {
  lora: () => import('./lora.options.ts'),
  full: () => import('./full.options.ts'),
  freeze: () => import('./freeze.options.ts'),
  ia3: () => import('./ia3.options.ts'),
  vera: () => import('./vera.options.ts'),
  loha: () => import('./loha.options.ts'),
  lokr: () => import('./lokr.options.ts'),
  fourierft: () => import('./fourierft.options.ts'),
  c3a: () => import('./c3a.options.ts'),
  shira: () => import('./shira.options.ts'),
  road: () => import('./road.options.ts'),
  oft: () => import('./oft.options.ts'),
  boft: () => import('./boft.options.ts'),
  hra: () => import('./hra.options.ts'),
  miss: () => import('./miss.options.ts'),
  ln_tuning: () => import('./ln_tuning.options.ts'),
  bitfit: () => import('./bitfit.options.ts'),
  randlora: () => import('./randlora.options.ts'),
  trainable_tokens: () => import('./trainable_tokens.options.ts'),
  prompt_tuning: () => import('./prompt_tuning.options.ts'),
  p_tuning: () => import('./p_tuning.options.ts'),
  prefix: () => import('./prefix.options.ts'),
  adaption_prompt: () => import('./adaption_prompt.options.ts'),
  adalora: () => import('./adalora.options.ts'),
  delora: () => import('./delora.options.ts'),
  vblora: () => import('./vblora.options.ts'),
  adapter: () => import('./adapter.options.ts'),
};

export type TuningTable = typeof table;
export type TuningName = keyof TuningTable;

const otherNames = {
  last_n: 'freeze with trainable_layers: N',
  dora: 'lora with use_dora: true',
  rslora: 'lora with use_rslora: true',
  qlora: 'lora with storage: nf4',
  pissa: 'lora with init_lora_weights: pissa',
  olora: 'lora with init_lora_weights: olora',
  loftq: 'lora with init_lora_weights: loftq',
  bone: 'miss',
  bottleneck: 'adapter',
  houlsby: 'adapter with style: houlsby',
  pfeiffer: 'adapter with style: pfeiffer',
  llama_adapter: 'adaption_prompt',
  prefix_tuning: 'prefix',
};

export const tunings = methodTable<TuningMethod, TuningTable>('tuning', 'E_UNKNOWN_TUNING', table, otherNames);
