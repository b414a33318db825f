import { z } from 'zod';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, formerNormNames, normedTransform, twoLayerClassifier } from '../encoder/define.ts';

/** Where HF RobertaConfig differs from BertConfig. */
const schema = bertSchema
  .extend({ pad_token_id: z.int().nonnegative().default(1) })
  .refine((config) => config.pad_token_id + 1 < config.max_position_embeddings, {
    path: ['pad_token_id'],
    error: 'leaves no row of the position table (max_position_embeddings) for a token',
  });

/** A member of the family, by its `model_type` and the name in its classes. */
export function defineRoberta(modelType: string, className: string) {
  return defineEncoder({
    modelType,
    className,
    prefix: 'roberta',
    schema,
    // The position table's first rows, up to the padding token's, stand for no position.
    firstPosition: (config) => config.pad_token_id + 1,
    traits: () => ({ pooler: { isRead: false } }),
    heads: (config) => ({
      masked: {
        // Whatever hidden_act says.
        transform: normedTransform(config, { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', activation: 'gelu' }),
        decoder: 'lm_head.decoder',
        bias: 'lm_head.bias',
      },
      sequence: twoLayerClassifier('tanh'),
    }),
    passedOver: [/(^|\.)pooler\.dense\./, /^lm_head\.decoder\.bias$/],
    formerNames: formerNormNames,
  });
}

/** BERT trained longer, with byte-level tokens and heads of its own (Liu et al., 2019). */
export const architecture = defineRoberta('roberta', 'Roberta');
