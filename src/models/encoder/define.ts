/** How an encoder of BERT's family is defined: its configuration, its heads, and where it differs from BERT. */
import type { z } from 'zod';
import type { Architecture, HeadPlan, Task, TrunkContext } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import type { MaskedLanguageModelOptions } from '../heads/masked-lm.ts';
import type { QuestionOptions } from '../heads/question.ts';
import type { SequenceOptions } from '../heads/sequence.ts';
import type { TokenClassOptions } from '../heads/token.ts';
import type { TransformPlan } from '../heads/transform.ts';
import type { EncoderConfig } from './config.ts';
import { Encoder, type EncoderTraits } from './encoder.ts';

/** How the heads of one encoder differ from those of the others. */
export interface EncoderHeads {
  /** `tied`: as the configuration says unless given. */
  masked: Omit<MaskedLanguageModelOptions, 'tied'> & { tied?: boolean };
  sequence?: Partial<SequenceOptions>;
  token?: Partial<TokenClassOptions>;
  /** `false` where Hugging Face's library has no such class. */
  question?: Partial<QuestionOptions> | false;
  /** Before classifiers of rows and of tokens; the configuration's unless given. */
  dropout?: number;
  /** Further tasks. */
  more?: Partial<Record<Task, HeadPlan>>;
}

export interface EncoderDefinition<Config extends EncoderConfig> {
  modelType: string;
  /** The trunk's name in checkpoints; the model type unless said. */
  prefix?: string;
  /** `Bert` in `BertForMaskedLM`. */
  className: string;
  schema: z.ZodType<Config>;
  /** Rows of the position table ahead of a row's first token's. */
  firstPosition?(config: Config): number;
  traits(config: Config, context: TrunkContext): EncoderTraits;
  heads(config: Config): EncoderHeads;
  passedOver?: readonly RegExp[];
  formerNames?: Architecture['formerNames'];
}

/** An architecture of the family. */
export function defineEncoder<Config extends EncoderConfig>(definition: EncoderDefinition<Config>): Architecture {
  const { modelType, className, schema, prefix = modelType, passedOver = [], formerNames } = definition;
  const configOf = (raw: RawConfig): Config => parseConfig(schema, raw);
  const firstPositionOf = (config: Config) => definition.firstPosition?.(config) ?? 0;
  return {
    modelType,
    prefix,
    build(raw, context) {
      const config = configOf(raw);
      const traits = definition.traits(config, context);
      return new Encoder(config, { firstPosition: firstPositionOf(config), ...traits }, context);
    },
    heads(raw) {
      const config = configOf(raw);
      return encoderHeads(className, config, definition.heads(config));
    },
    limits(raw) {
      const config = configOf(raw);
      const maxPositions = config.max_position_embeddings - firstPositionOf(config);
      return { vocabularySize: config.vocab_size, maxPositions };
    },
    passedOver: () => passedOver,
    formerNames: (path) => [...(formerNames?.(path) ?? []), ...biasWithDecoder(path)],
  };
}

/** Checkpoints hold the bias of the scores a second time, next to their matrix. */
function biasWithDecoder(path: string): string[] {
  return /^((cls\.)?predictions|lm_head)\.bias$/.test(path) ? [path.replace(/bias$/, 'decoder.bias')] : [];
}

type HeadKeys = Pick<EncoderConfig, 'classifier_dropout' | 'tie_word_embeddings' | 'hidden_dropout_prob'>;

/** The heads that every encoder of texts has in Hugging Face's library. */
export function encoderHeads(name: string, config: HeadKeys, heads: EncoderHeads): Partial<Record<Task, HeadPlan>> {
  const { dropout = config.classifier_dropout ?? config.hidden_dropout_prob } = heads;
  const classifier = { name: 'classifier', bias: true, dropout };
  return {
    'masked-lm': {
      head: 'masked-lm',
      className: `${name}ForMaskedLM`,
      options: { tied: config.tie_word_embeddings, ...heads.masked },
    },
    sequence: {
      head: 'sequence',
      className: `${name}ForSequenceClassification`,
      options: { ...classifier, pool: 'first', ...heads.sequence },
    },
    token: {
      head: 'token',
      className: `${name}ForTokenClassification`,
      options: { ...classifier, ...heads.token },
    },
    ...(heads.question !== false && {
      question: {
        head: 'question',
        className: `${name}ForQuestionAnswering`,
        options: { name: 'qa_outputs', ...heads.question },
      },
    }),
    embedding: {
      head: 'embedding',
      className: `${name}Model`,
      options: { pooling: 'mean', normalise: true },
      isBare: true,
    },
    ...heads.more,
  };
}

/** A projection and a norm before the scores of tokens, by their paths in checkpoints. */
export function normedTransform(
  config: EncoderConfig,
  { dense, norm, activation = config.hidden_act }: { dense: string; norm: string; activation?: string },
): TransformPlan {
  return { dense, activation, norm: { name: norm, epsilon: config.layer_norm_eps } };
}

/** A classifier of two layers with dropout before each (RoBERTa and others). */
export function twoLayerClassifier(activation: string): Partial<SequenceOptions> {
  return { name: 'classifier.out_proj', transform: { dense: 'classifier.dense', activation }, dropsInput: true };
}

/** The first checkpoints of the family kept TensorFlow's names of a norm's scale and shift. */
export function formerNormNames(path: string): readonly string[] {
  if (!path.includes('LayerNorm.')) return [];
  return [path.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')];
}
