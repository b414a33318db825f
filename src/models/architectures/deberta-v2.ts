import { Linear } from '../../engine/nn/index.ts';
import { DebertaLayer, Distances, Neighbours, schema } from './deberta-v2-layers.ts';
import { defineEncoder, normedTransform } from '../encoder/define.ts';
import { bertNames } from '../encoder/encoder.ts';

/** Parameters of the masked-language head, as HF's legacy class and as the published checkpoints name them. */
const firstHead = {
  dense: 'cls.predictions.transform.dense',
  norm: 'cls.predictions.transform.LayerNorm',
  bias: 'cls.predictions.bias',
};
const ownHead = {
  dense: 'lm_predictions.lm_head.dense',
  norm: 'lm_predictions.lm_head.LayerNorm',
  bias: 'lm_predictions.lm_head.bias',
};

/** Encoder with disentangled attention, which keeps content and position apart (He et al., 2021). */
export const architecture = defineEncoder({
  modelType: 'deberta-v2',
  prefix: 'deberta',
  className: 'DebertaV2',
  schema,
  traits(config) {
    const { hidden_size: width, embedding_size } = config;
    const narrow = embedding_size ?? width;
    const distances = config.relative_attention ? new Distances(config) : undefined;
    const neighbours = config.conv_kernel_size > 0 ? new Neighbours(config) : undefined;
    const names = {
      ...bertNames,
      query: 'attention.self.query_proj',
      key: 'attention.self.key_proj',
      value: 'attention.self.value_proj',
    };
    return {
      positions: config.position_biased_input ? undefined : null,
      addsTypesLast: true,
      projection:
        narrow === width
          ? undefined
          : { path: 'embeddings.embed_proj', module: new Linear(narrow, width), isBeforeNorm: true },
      parts: {
        'encoder.rel_embeddings': distances?.table,
        'encoder.LayerNorm': distances?.norm,
        'encoder.conv': neighbours,
      },
      layer: () => ({ names }),
      newLayer: (shape, index) =>
        new DebertaLayer(config, shape, { distances, neighbours: index === 0 ? neighbours : undefined }),
    };
  },
  heads(config) {
    const { bias, ...names } = config.legacy ? firstHead : ownHead;
    return {
      masked: {
        transform: normedTransform(config, names),
        decoder: 'cls.predictions.decoder',
        bias,
        tied: config.tie_word_embeddings || !config.legacy,
      },
      sequence: {
        transform: { dense: 'pooler.dense', activation: config.pooler_hidden_act },
        dropout: config.cls_dropout ?? config.hidden_dropout_prob,
      },
      dropout: config.hidden_dropout_prob,
    };
  },
  // Head of replaced-token detection, and unused position tables.
  passedOver: [/^(lm|mask)_predictions\./, /^deberta\.embeddings\.position_embeddings\./],
  formerNames(path) {
    const part = Object.keys(firstHead).find((key) => path.startsWith(firstHead[key as keyof typeof firstHead]));
    if (part === undefined) return [];
    const [own, first] = [ownHead, firstHead].map((names) => names[part as keyof typeof firstHead]);
    return [path.replace(first, own)];
  },
});
