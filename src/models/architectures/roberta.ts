import { z } from 'zod';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, formerNormNames, normedTransform, twoLayerClassifier } from '../encoder/define.ts';

/** Differences of HF RobertaConfig from BertConfig. */
const schema = bertSchema
  .extend({ pad_token_id: z.int().nonnegative().default(1) })
  .refine((config) => config.pad_token_id + 1 < config.max_position_embeddings, {
    path: ['pad_token_id'],
    error: 'leaves no position for a token: it must be below max_position_embeddings - 1',
  });

/** Defines a model type of the family; `className` is the stem of its classes. */
export function defineRoberta(modelType: string, className: string) {
  return defineEncoder({
    modelType,
    className,
    prefix: 'roberta',
    schema,
    // Positions start after the padding token's id.
    firstPosition: (config) => config.pad_token_id + 1,
    traits: () => ({ pooler: { isRead: false } }),
    heads: (config) => ({
      masked: {
        // Regardless of hidden_act.
        transform: normedTransform(config, { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', activation: 'gelu' }),
        decoder: 'lm_head.decoder',
        bias: 'lm_head.bias',
      },
      sequence: twoLayerClassifier('tanh'),
    }),
    passedOver: [/(^|\.)pooler\.dense\./],
    formerNames: formerNormNames,
  });
}

/** BERT trained longer, with byte-level tokens and its own heads (Liu et al., 2019). */
export const architecture = defineRoberta('roberta', 'Roberta');
