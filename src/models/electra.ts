import { z } from 'zod';
import type { Architecture } from './architecture.ts';
import { bertSchema, BertTrunk, formerNormNames } from './bert-layers.ts';
import { parseConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';

/** HF ElectraConfig: BertConfig with narrower token tables. */
const schema = bertSchema.extend({ embedding_size: z.int().positive().default(128) });

/** An encoder that was trained to tell replaced tokens from real ones (Clark et al., 2020). */
export const architecture: Architecture = {
  modelType: 'electra',
  prefix: 'electra',
  build(raw, context) {
    const config = parseConfig(schema, raw);
    return new BertTrunk(config, context, {
      firstPosition: 0,
      tableWidth: config.embedding_size,
      hasPooler: false,
    });
  },
  heads(raw) {
    const config = parseConfig(schema, raw);
    const dropout = config.classifier_dropout ?? config.hidden_dropout_prob;
    const discriminator = {
      name: 'discriminator_predictions.dense_prediction',
      bias: true,
      labels: ['replaced'],
      transform: { dense: 'discriminator_predictions.dense', activation: config.hidden_act },
    };
    const heads = encoderHeads('Electra', {
      masked: {
        transform: {
          dense: 'generator_predictions.dense',
          activation: 'gelu', // whatever hidden_act says, here and in the classifier
          norm: { name: 'generator_predictions.LayerNorm', epsilon: config.layer_norm_eps },
        },
        decoder: 'generator_lm_head',
        bias: 'generator_lm_head.bias',
        tied: config.tie_word_embeddings,
      },
      sequence: {
        name: 'classifier.out_proj',
        transform: { dense: 'classifier.dense', activation: 'gelu' },
        dropout,
        dropsInput: true,
      },
      token: { dropout },
    });
    return {
      ...heads,
      'replaced-token': { head: 'token', className: 'ElectraForPreTraining', options: discriminator },
    };
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
  passedOver: () => [/^(discriminator_predictions|generator_predictions|generator_lm_head)\./],
  formerNames: formerNormNames,
};
