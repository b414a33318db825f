import { defineRegistry } from '../../base/registry.ts';
import type { Objective, Processor } from '../../train/interfaces.ts';

/** One thing to optimise. */
export interface ObjectiveMethod {
  create(options: never, processor: Processor): Objective;
}

const table = {
  sft: () => import('./sft.ts'),
  pretrain: () => import('./pretrain.ts'),
  classification: () => import('./classification.ts'),
  multilabel: () => import('./multilabel.ts'),
  token_classification: () => import('./token_classification.ts'),
  question_answering: () => import('./question-answering.ts'),
  masked_lm: () => import('./masked_lm.ts'),
  next_item: () => import('./next-item.ts'),
  bpr: () => import('./bpr.ts'),
  item_retrieval: () => import('./item-retrieval.ts'),
  contrastive: () => import('./contrastive.ts'),
  image_text_contrastive: () => import('./image_text_contrastive.ts'),
  seq2seq: () => import('./seq2seq.ts'),
  regression: () => import('./regression.ts'),
  ctc: () => import('./ctc.ts'),
  speech_seq2seq: () => import('./speech-seq2seq.ts'),
};

export const objectives = defineRegistry<ObjectiveMethod, keyof typeof table>(
  'objective',
  'E_UNKNOWN_OBJECTIVE',
  table,
);
