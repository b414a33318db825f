import type { z } from 'zod';
import { defineRegistry } from '../base/registry.ts';

/** What a method's options file exports: enough to check a recipe and to print help without the engine. */
export interface MethodOptions {
  options: z.ZodObject;
  /** Fills options that depend on each other, after the check. */
  complete?(values: never): Record<string, unknown>;
  /** Defaults of keys outside the method that suit it. */
  recipeDefaults?: { training?: Record<string, unknown> };
  /** Of a tuning: the model's own weights stay as they are, and what is trained stands beside them. */
  keepsWeights?: boolean;
  /** Of a storage: what it makes of weights is made once, so the tuning has to keep them. */
  wantsKeptWeights?: boolean;
}

const tunings = {
  lora: () => import('./tuning/lora.options.ts'),
  full: () => import('./tuning/full.options.ts'),
  freeze: () => import('./tuning/freeze.options.ts'),
};

const storages = {
  dense: () => import('./storage/dense.options.ts'),
  int8_forward: () => import('./storage/int8-forward.options.ts'),
  int8_switchback: () => import('./storage/int8-switchback.options.ts'),
};

const objectives = {
  sft: () => import('./objectives/sft.options.ts'),
  pretrain: () => import('./objectives/pretrain.options.ts'),
  classification: () => import('./objectives/classification.options.ts'),
  multilabel: () => import('./objectives/multilabel.options.ts'),
  token_classification: () => import('./objectives/token_classification.options.ts'),
  question_answering: () => import('./objectives/question-answering.options.ts'),
  masked_lm: () => import('./objectives/masked_lm.options.ts'),
  next_item: () => import('./objectives/next-item.options.ts'),
  bpr: () => import('./objectives/bpr.options.ts'),
  item_retrieval: () => import('./objectives/item-retrieval.options.ts'),
  contrastive: () => import('./objectives/contrastive.options.ts'),
  image_text_contrastive: () => import('./objectives/image_text_contrastive.options.ts'),
  seq2seq: () => import('./objectives/seq2seq.options.ts'),
  regression: () => import('./objectives/regression.options.ts'),
  ctc: () => import('./objectives/ctc.options.ts'),
  speech_seq2seq: () => import('./objectives/speech-seq2seq.options.ts'),
};

const optimizers = { adamw: () => import('./update/adamw.options.ts') };

/** The four axes of a run, by their place in the recipe. */
export const methodOptions = {
  tuning: defineRegistry<MethodOptions, keyof typeof tunings>('tuning', 'E_UNKNOWN_TUNING', tunings),
  storage: defineRegistry<MethodOptions, keyof typeof storages>('storage', 'E_UNKNOWN_STORAGE', storages),
  objective: defineRegistry<MethodOptions, keyof typeof objectives>('objective', 'E_UNKNOWN_OBJECTIVE', objectives),
  optimizer: defineRegistry<MethodOptions, keyof typeof optimizers>('optimizer', 'E_UNKNOWN_OPTIMIZER', optimizers),
};

export type Axis = keyof typeof methodOptions;

type OptionsIn<Table> = {
  [Name in keyof Table]: Table[Name] extends () => Promise<{ options: infer Schema extends z.ZodType }>
    ? z.input<Schema>
    : never;
};

/** What may be written for each method, so that `defineRecipe` is typed. */
export interface MethodOptionInputs {
  tuning: OptionsIn<typeof tunings>;
  storage: OptionsIn<typeof storages>;
  objective: OptionsIn<typeof objectives>;
  optimizer: OptionsIn<typeof optimizers>;
}
