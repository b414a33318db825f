import { methodTable, type ObjectiveMethod } from '../../methods/method.ts';

const table = {
  sft: () => import('./sft.options.ts'),
  pretrain: () => import('./pretrain.options.ts'),
  classification: () => import('./classification.options.ts'),
  multilabel: () => import('./multilabel.options.ts'),
  decision: () => import('./decision.options.ts'),
  token_classification: () => import('./token_classification.options.ts'),
  question_answering: () => import('./question-answering.options.ts'),
  masked_lm: () => import('./masked_lm.options.ts'),
  next_item: () => import('./next-item.options.ts'),
  bpr: () => import('./bpr.options.ts'),
  item_retrieval: () => import('./item-retrieval.options.ts'),
  contrastive: () => import('./contrastive.options.ts'),
  image_text_contrastive: () => import('./image_text_contrastive.options.ts'),
  dpo: () => import('./dpo.options.ts'),
  cpo: () => import('./cpo.options.ts'),
  simpo: () => import('./simpo.options.ts'),
  orpo: () => import('./orpo.options.ts'),
  grpo: () => import('./grpo.options.ts'),
  rloo: () => import('./rloo.options.ts'),
  best_of_n: () => import('./best-of-n.options.ts'),
  ppo: () => import('./ppo.options.ts'),
  gkd: () => import('./gkd.options.ts'),
  online_dpo: () => import('./online-dpo.options.ts'),
  xpo: () => import('./xpo.options.ts'),
  nash_md: () => import('./nash-md.options.ts'),
  prm: () => import('./prm.options.ts'),
  reward: () => import('./reward.options.ts'),
  kto: () => import('./kto.options.ts'),
  bco: () => import('./bco.options.ts'),
  seq2seq: () => import('./seq2seq.options.ts'),
  regression: () => import('./regression.options.ts'),
  ctc: () => import('./ctc.options.ts'),
  speech_seq2seq: () => import('./speech-seq2seq.options.ts'),
};

export type ObjectiveTable = typeof table;

export const objectives = methodTable<ObjectiveMethod, ObjectiveTable>('objective', 'E_UNKNOWN_OBJECTIVE', table);
