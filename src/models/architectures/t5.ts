import { Dropout, Module, RMSNorm, type Embedding } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, HeadPlan, Task, Trunk } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { idsOf, Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { Table } from './relative-bias.ts';
import { T5Block, t5Schema, type T5Config, type T5Place } from './t5-layers.ts';

/** Encoder or decoder: blocks between the shared embedding and a norm. */
class T5Stack extends Stack {
  readonly block: readonly T5Block[];
  readonly final_layer_norm: RMSNorm;
  readonly #tokens: Embedding;
  readonly #dropouts: Readonly<Record<'tokens' | 'output', Dropout>>;

  constructor(config: T5Config, tokens: Embedding, stack: T5Place['stack']) {
    super();
    const { num_layers: depth, num_decoder_layers: decoderDepth, dropout_rate: dropout } = config;
    const blocks: T5Block[] = [];
    for (let index = 0; index < (stack === 'decoder' ? (decoderDepth ?? depth) : depth); index++) {
      blocks.push(new T5Block(config, { stack, index }, blocks[0]));
    }
    this.block = blocks;
    this.final_layer_norm = new RMSNorm(config.d_model, config.layer_norm_epsilon);
    this.#tokens = tokens;
    this.#dropouts = {
      tokens: new Dropout(dropout, `${stack}.embed_tokens`),
      output: new Dropout(dropout, `${stack}.final_layer_norm`),
    };
  }

  override get blockList(): readonly Block[] {
    return this.block;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const tokens = input.embeddings ?? this.#tokens.forward(idsOf(input, pass), pass.dtype);
    return this.#dropouts.tokens.forward(tokens);
  }
  override finish(x: Tensor): Tensor {
    return this.#dropouts.output.forward(this.final_layer_norm.forward(x));
  }
}

/** Encoder-decoder without position embeddings (Raffel et al., 2020). */
class T5 extends Module implements Trunk {
  readonly shared: Embedding;
  readonly encoder: T5Stack;
  readonly decoder?: T5Stack;

  constructor(config: T5Config, task: Task) {
    super();
    this.shared = new Table(config.vocab_size, config.d_model, config.initializer_factor);
    this.encoder = new T5Stack(config, this.shared, 'encoder');
    // Embedding models consist of the encoder alone.
    if (task !== 'embedding') this.decoder = new T5Stack(config, this.shared, 'decoder');
  }

  get encoderStack(): Stack | undefined {
    return this.decoder === undefined ? undefined : this.encoder;
  }
  get stack(): Stack {
    return this.decoder ?? this.encoder;
  }
  get width(): number {
    return this.shared.width;
  }
  get tokenTable(): Embedding {
    return this.shared;
  }
}

/** Defines a T5-like model type. */
export function defineT5(
  modelType: string,
  className: string,
  { defaults = {}, biasPerBlock = false }: { defaults?: RawConfig; biasPerBlock?: boolean } = {},
): Architecture {
  const configOf = (raw: RawConfig) => ({ ...parseConfig(t5Schema, { ...defaults, ...raw }), biasPerBlock });
  // transformers 5 has a key for scaling the decoder's output. Before, tied heads were scaled, since the embedding's
  // weights are too large for an output layer.
  const isScaled = (raw: RawConfig) => {
    const { scale_decoder_outputs: own, tie_word_embeddings: tied } = configOf(raw);
    return own ?? tied;
  };
  return {
    modelType,
    prefix: '',
    build: (raw, { task }) => new T5(configOf(raw), task),
    heads(raw): Partial<Record<Task, HeadPlan>> {
      const { tie_word_embeddings: tied, d_model: width } = configOf(raw);
      return {
        seq2seq: {
          head: 'seq2seq',
          className: `${className}ForConditionalGeneration`,
          options: { name: 'lm_head', tied, scale: isScaled(raw) ? width ** -0.5 : 1 },
        },
        embedding: {
          head: 'embedding',
          className: `${className}EncoderModel`,
          options: { pooling: 'mean', normalise: true },
          isBare: true,
        },
      };
    },
    withOwnHead: (raw) => ({ ...raw, tie_word_embeddings: false, scale_decoder_outputs: isScaled(raw) }),
    limits: (raw) => ({ vocabularySize: configOf(raw).vocab_size, maxPositions: MOST_POSITIONS }),
    passedOver: () => [/^decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight$/],
    // Checkpoints may store the shared table under either stack's name.
    formerNames: (path) =>
      path === 'shared.weight' ? ['encoder.embed_tokens.weight', 'decoder.embed_tokens.weight'] : [],
  };
}

/** Relative positions impose no limit; this one bounds memory. */
const MOST_POSITIONS = 1 << 16;

export const architecture = defineT5('t5', 'T5');
