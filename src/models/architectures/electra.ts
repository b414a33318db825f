import { Linear } from '../../engine/nn/index.ts';
import { count } from '../config-keys.ts';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, formerNormNames, normedTransform, twoLayerClassifier } from '../encoder/define.ts';

/** An encoder that was trained to tell replaced tokens from real ones (Clark et al., 2020). */
export const architecture = defineEncoder({
  modelType: 'electra',
  className: 'Electra',
  // HF ElectraConfig: BertConfig with narrower token tables.
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
        activation: 'gelu', // whatever hidden_act says, here and in the classifier
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
