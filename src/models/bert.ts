import type { Architecture } from './architecture.ts';
import { bertSchema, BertTrunk, formerNormNames } from './bert-layers.ts';
import { parseConfig, type RawConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';

/** The first encoder of its kind (Devlin et al., 2019). */
export const architecture: Architecture = {
  modelType: 'bert',
  prefix: 'bert',
  build: (raw, context) => new BertTrunk(parseConfig(bertSchema, raw), context, { firstPosition: 0, hasPooler: true }),
  heads(raw: RawConfig) {
    const config = parseConfig(bertSchema, raw);
    const dropout = config.classifier_dropout ?? config.hidden_dropout_prob;
    return encoderHeads('Bert', {
      masked: {
        transform: {
          dense: 'cls.predictions.transform.dense',
          activation: config.hidden_act,
          norm: { name: 'cls.predictions.transform.LayerNorm', epsilon: config.layer_norm_eps },
        },
        decoder: 'cls.predictions.decoder',
        bias: 'cls.predictions.bias',
        tied: config.tie_word_embeddings,
      },
      sequence: { pooler: true, dropout },
      token: { dropout },
    });
  },
  limits(raw) {
    const config = parseConfig(bertSchema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
  passedOver: () => [/^cls\.seq_relationship\./, /^cls\.predictions\.decoder\.bias$/],
  formerNames: formerNormNames,
};
