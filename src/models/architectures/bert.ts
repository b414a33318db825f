import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, formerNormNames, normedTransform } from '../encoder/define.ts';

/** Bidirectional encoder with learned positions (Devlin et al., 2019). */
export const architecture = defineEncoder({
  modelType: 'bert',
  className: 'Bert',
  schema: bertSchema,
  traits: () => ({ pooler: { isRead: true } }),
  heads: (config) => ({
    masked: {
      transform: normedTransform(config, {
        dense: 'cls.predictions.transform.dense',
        norm: 'cls.predictions.transform.LayerNorm',
      }),
      decoder: 'cls.predictions.decoder',
      bias: 'cls.predictions.bias',
    },
    sequence: { pooler: true },
  }),
  passedOver: [/^cls\.seq_relationship\./],
  formerNames: formerNormNames,
});
