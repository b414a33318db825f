/** Defines a BERT-like encoder by its configuration, its heads and its differences from BERT. */
import type { z } from 'zod';
import { DECIDES, type Architecture, type HeadPlan, type Task, type TrunkContext } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import type { MaskedLanguageModelOptions } from '../heads/masked-lm.ts';
import type { QuestionOptions } from '../heads/question.ts';
import type { SequenceOptions } from '../heads/sequence.ts';
import type { TokenClassOptions } from '../heads/token.ts';
import type { TransformPlan } from '../heads/transform.ts';
import type { EncoderConfig } from './config.ts';
import { Encoder, type EncoderTraits } from './encoder.ts';

/** Differences of an encoder's heads from the usual ones. */
export interface EncoderHeads {
  /** `tied`: the configuration's by default. */
  masked: Omit<MaskedLanguageModelOptions, 'tied'> & { tied?: boolean };
  sequence?: Partial<SequenceOptions>;
  token?: Partial<TokenClassOptions>;
  /** `false` if Hugging Face has no such class. */
  question?: Partial<QuestionOptions> | false;
  /** Before row and token classifiers; the configuration's by default. */
  dropout?: number;
  /** Further tasks. */
  more?: Partial<Record<Task, HeadPlan>>;
}

export interface EncoderDefinition<Config extends EncoderConfig> {
  modelType: string;
  /** The trunk's name in checkpoints; the model type by default. */
  prefix?: string;
  /** Stem of the class names: `Bert` in `BertForMaskedLM`. */
  className: string;
  schema: z.ZodType<Config>;
  /** Row of the position table used by a row's first token. */
  firstPosition?(config: Config): number;
  traits(config: Config, context: TrunkContext): EncoderTraits;
  heads(config: Config): EncoderHeads;
  passedOver?: readonly RegExp[];
  formerNames?: Architecture['formerNames'];
}

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

/** Checkpoints store the bias of the scores again next to their matrix. */
function biasWithDecoder(path: string): string[] {
  return /^((cls\.)?predictions|lm_head)\.bias$/.test(path) ? [path.replace(/bias$/, 'decoder.bias')] : [];
}

type HeadKeys = Pick<EncoderConfig, 'classifier_dropout' | 'tie_word_embeddings' | 'hidden_dropout_prob'>;

/** Heads that Hugging Face defines for every text encoder. */
export function encoderHeads(name: string, config: HeadKeys, heads: EncoderHeads): Partial<Record<Task, HeadPlan>> {
  const vectors = { head: 'embedding', options: { pooling: 'mean', normalise: true }, isBare: true };
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
    embedding: { ...vectors, className: `${name}Model` },
    decision: { ...vectors, className: `${name}${DECIDES}` },
    ...heads.more,
  };
}

/** A dense layer and a norm before the token scores, by their paths in checkpoints. */
export function normedTransform(
  config: EncoderConfig,
  { dense, norm, activation = config.hidden_act }: { dense: string; norm: string; activation?: string },
): TransformPlan {
  return { dense, activation, norm: { name: norm, epsilon: config.layer_norm_eps } };
}

/** Two-layer classifier with dropout before each layer (RoBERTa and others). */
export function twoLayerClassifier(activation: string): Partial<SequenceOptions> {
  return { name: 'classifier.out_proj', transform: { dense: 'classifier.dense', activation }, dropsInput: true };
}

/** The earliest checkpoints use TensorFlow's names for a norm's scale and shift. */
export function formerNormNames(path: string): readonly string[] {
  if (!path.includes('LayerNorm.')) return [];
  return [path.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')];
}
