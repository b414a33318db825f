import { Linear } from '../../engine/nn/index.ts';
import { count } from '../config-keys.ts';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, formerNormNames, normedTransform, twoLayerClassifier } from '../encoder/define.ts';

/** Encoder pre-trained to detect replaced tokens (Clark et al., 2020). */
export const architecture = defineEncoder({
  modelType: 'electra',
  className: 'Electra',
  // HF ElectraConfig is BertConfig with a narrower embedding.
  schema: bertSchema.extend({ embedding_size: count.default(128) }),
  traits({ embedding_size: narrow, hidden_size: wide }) {
    const module = new Linear(narrow, wide, { bias: true });
    return {
      projection: narrow === wide ? undefined : { path: 'embeddings_project', module },
      pooler: { isRead: false },
    };
  },
  heads: (config) => ({
    masked: {
      transform: normedTransform(config, {
        dense: 'generator_predictions.dense',
        norm: 'generator_predictions.LayerNorm',
        activation: 'gelu', // here and in the classifier, regardless of hidden_act
      }),
      decoder: 'generator_lm_head',
      bias: 'generator_lm_head.bias',
    },
    sequence: twoLayerClassifier('gelu'),
    more: {
      'replaced-token': {
        head: 'token',
        className: 'ElectraForPreTraining',
        options: {
          name: 'discriminator_predictions.dense_prediction',
          bias: true,
          labels: ['replaced'],
          transform: { dense: 'discriminator_predictions.dense', activation: config.hidden_act },
        },
      },
    },
  }),
  passedOver: [/^(discriminator_predictions|generator_predictions|generator_lm_head)\./],
  formerNames: formerNormNames,
});
