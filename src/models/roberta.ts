import { z } from 'zod';
import type { Architecture } from './architecture.ts';
import { bertSchema, BertTrunk, formerNormNames } from './bert-layers.ts';
import { parseConfig, type RawConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';

/** Where HF RobertaConfig differs from BertConfig. */
const schema = bertSchema
  .extend({ pad_token_id: z.int().nonnegative().default(1) })
  .refine((config) => config.pad_token_id + 1 < config.max_position_embeddings, {
    path: ['pad_token_id'],
    error: 'leaves no row of the position table (max_position_embeddings) for a token',
  });

const PASSED_OVER = [/(^|\.)pooler\.dense\./, /^lm_head\.decoder\.bias$/];

/** A member of the family, by its `model_type` and the name in its classes. */
export function defineRoberta(modelType: string, className: string): Architecture {
  /** The position table's first rows, up to the padding token's, stand for no position. */
  const firstPosition = (raw: RawConfig) => parseConfig(schema, raw).pad_token_id + 1;
  return {
    modelType,
    prefix: 'roberta',
    build: (raw, context) =>
      new BertTrunk(parseConfig(schema, raw), context, { firstPosition: firstPosition(raw), hasPooler: false }),
    heads(raw) {
      const config = parseConfig(schema, raw);
      const dropout = config.classifier_dropout ?? config.hidden_dropout_prob;
      return encoderHeads(className, {
        masked: {
          transform: {
            dense: 'lm_head.dense',
            activation: 'gelu', // whatever hidden_act says
            norm: { name: 'lm_head.layer_norm', epsilon: config.layer_norm_eps },
          },
          decoder: 'lm_head.decoder',
          bias: 'lm_head.bias',
          tied: config.tie_word_embeddings,
        },
        sequence: {
          name: 'classifier.out_proj',
          transform: { dense: 'classifier.dense', activation: 'tanh' },
          dropout,
          dropsInput: true,
        },
        token: { dropout },
      });
    },
    limits(raw) {
      const config = parseConfig(schema, raw);
      const maxPositions = config.max_position_embeddings - firstPosition(raw);
      return { vocabularySize: config.vocab_size, maxPositions };
    },
    passedOver: () => PASSED_OVER,
    formerNames: formerNormNames,
  };
}

/** BERT trained longer, with byte-level tokens and heads of its own (Liu et al., 2019). */
export const architecture = defineRoberta('roberta', 'Roberta');
