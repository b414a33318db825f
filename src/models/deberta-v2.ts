// N tokens, D width
import { Dropout, Embedding, LayerNorm, Linear, Module } from '../nn/index.ts';
import { fromArray, type Tensor } from '../tensor/index.ts';
import type { Architecture, Trunk } from './architecture.ts';
import { parseConfig, type RawConfig } from './config.ts';
import { Encoder, schema, type DebertaConfig } from './deberta-v2-layers.ts';
import { encoderHeads } from './encoder-heads.ts';
import { idsOf, Stack, type Block, type Pass, type StackInput } from './stack.ts';

class Embeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings?: Embedding;
  readonly token_type_embeddings?: Embedding;
  readonly embed_proj?: Linear;
  readonly LayerNorm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: DebertaConfig) {
    super();
    const { hidden_size: width, type_vocab_size: types } = config;
    const own = config.embedding_size ?? width;
    this.word_embeddings = new Embedding(config.vocab_size, own);
    if (config.position_biased_input) this.position_embeddings = new Embedding(config.max_position_embeddings, own);
    if (types > 0) this.token_type_embeddings = new Embedding(types, own);
    if (own !== width) this.embed_proj = new Linear(own, width);
    this.LayerNorm = new LayerNorm(width, config.layer_norm_eps);
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
  }

  forward(input: StackInput, pass: Pass): Tensor {
    let x = input.embeddings ?? this.word_embeddings.forward(idsOf(input, pass), pass.dtype);
    if (this.position_embeddings !== undefined) x = x.add(this.position_embeddings.forward(pass.positions, pass.dtype));
    if (this.token_type_embeddings !== undefined) {
      const types = input.tokenTypes ?? new BigInt64Array(pass.layout.positions.length);
      x = x.add(this.token_type_embeddings.forward(fromArray(types).toDevice(pass.device), pass.dtype));
    }
    return this.#dropout.forward(this.LayerNorm.forward(this.embed_proj?.forward(x) ?? x));
  }
}

class Deberta extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  readonly width: number;

  constructor(config: DebertaConfig) {
    super();
    this.width = config.hidden_size;
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
  }

  get stack(): Stack {
    return this;
  }
  get tokenTable(): Embedding {
    return this.embeddings.word_embeddings;
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(input, pass);
  }
}

/** Names of the head for hidden tokens: that of HF's first class, and the published checkpoints' own. */
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

/** An encoder that keeps what tokens say apart from where they stand (He et al., 2021). */
export const architecture: Architecture = {
  modelType: 'deberta-v2',
  prefix: 'deberta',
  build: (raw) => new Deberta(parseConfig(schema, raw)),
  heads(raw: RawConfig) {
    const config = parseConfig(schema, raw);
    const names = config.legacy ? firstHead : ownHead;
    return encoderHeads('DebertaV2', {
      masked: {
        transform: {
          dense: names.dense,
          activation: config.hidden_act,
          norm: { name: names.norm, epsilon: config.layer_norm_eps },
        },
        decoder: 'cls.predictions.decoder',
        bias: names.bias,
        tied: config.tie_word_embeddings || !config.legacy,
      },
      sequence: {
        transform: { dense: 'pooler.dense', activation: config.pooler_hidden_act },
        dropout: config.cls_dropout ?? config.hidden_dropout_prob,
      },
      token: { dropout: config.hidden_dropout_prob },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    // Distances go on: the length of training rows is what a row should keep to.
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
  // The head that replaced tokens were found with, and what a table of distances stands in place of.
  passedOver: () => [
    /^(lm|mask)_predictions\./,
    /^deberta\.embeddings\.position_embeddings\./,
    /^cls\.predictions\.decoder\.bias$/,
  ],
  formerNames(path) {
    const part = Object.keys(firstHead).find((key) => path.startsWith(firstHead[key as keyof typeof firstHead]));
    if (part === undefined) return [];
    const [own, first] = [ownHead, firstHead].map((names) => names[part as keyof typeof firstHead]);
    return [path.replace(first, own)];
  },
};
