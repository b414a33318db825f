/** Defines a Llama-like architecture by its defaults and its differences from Llama. */
import { Rope, type RopePair } from '../../engine/nn/index.ts';
import type { Architecture, HeadPlan, Task, TrunkContext } from '../architecture.ts';
import type { RawConfig } from '../raw-config.ts';
import type { TokenClassOptions } from '../heads/token.ts';
import { decoderConfig, headShape, type DecoderConfig } from './config.ts';
import { Decoder, type DecoderTraits } from './decoder.ts';
import { refuseForeignSettings, type DecoderSetting } from './foreign-settings.ts';
import { ropeOptions, stretchedPositions, type RopeDefaults } from './rope-settings.ts';

/** Hugging Face's class names: `LlamaForCausalLM`, and the classifiers of rows and tokens if they exist. */
export interface DecoderClasses {
  causal: string;
  sequence?: string;
  token?: string;
  /** The trunk's class, if it does not follow the pattern `LlamaModel`. */
  trunk?: string;
}

/** Usual class names, built from a stem: `Llama`. */
export function decoderClasses(name: string): DecoderClasses {
  return {
    causal: `${name}ForCausalLM`,
    sequence: `${name}ForSequenceClassification`,
    token: `${name}ForTokenClassification`,
  };
}

export interface DecoderDefinition {
  modelType: string;
  classes: DecoderClasses;
  /** Reference defaults of missing keys, where they differ from Llama's. */
  defaults?: RawConfig;
  rope?: RopeDefaults | ((raw: RawConfig) => RopeDefaults);
  /** Which position axis rotates which features, for models whose image tokens have rows and columns. */
  ropePairs?(config: DecoderConfig): readonly RopePair[];
  /** Keys that change the computation and are specific to this architecture. */
  settings?: readonly DecoderSetting[];
  /** Translates the configuration to the family's key names. */
  read?(raw: RawConfig): RawConfig;
  traits(config: DecoderConfig, context: TraitsContext): DecoderTraits;
  /** Bidirectional attention, so that no next token can be predicted (EmbeddingGemma). */
  seesAll?(raw: RawConfig): boolean;
  /** Soft cap, factor and bias of the logits. */
  logits?(raw: RawConfig): { softcap?: number; scale?: number; bias?: boolean };
}

export interface TraitsContext extends Pick<TrunkContext, 'has'> {
  raw: RawConfig;
  rope: Rope;
}

export function defineDecoder(definition: DecoderDefinition): Architecture {
  const { modelType, classes, rope, read = (raw) => raw } = definition;
  const configOf = (raw: RawConfig) => decoderConfig(read(raw), definition.defaults);
  const ropeOf = (config: DecoderConfig, raw: RawConfig) =>
    ropeOptions(config, headShape(config).size, typeof rope === 'function' ? rope(raw) : rope);
  return {
    modelType,
    prefix: 'model',
    build(raw, { has }) {
      refuseForeignSettings(modelType, raw, definition.settings);
      const config = configOf(raw);
      const rope = new Rope(ropeOf(config, raw), definition.ropePairs?.(config));
      return new Decoder(config, definition.traits(config, { raw, has, rope }));
    },
    completed(raw) {
      const config = configOf(raw);
      const { theta, size } = ropeOf(config, raw);
      const share = config.rope_parameters?.partial_rotary_factor ?? size / headShape(config).size;
      return { ...config, rope_theta: config.rope_theta ?? theta, partial_rotary_factor: share };
    },
    heads(raw) {
      const tied = configOf(raw).tie_word_embeddings;
      const causal = { name: 'lm_head', tied, ...definition.logits?.(raw) };
      const heads = decoderHeads(classes, { causal, token: { dropout: tokenDropout(raw) } });
      return definition.seesAll?.(raw) === true ? bidirectionalHeads(heads) : heads;
    },
    limits(raw) {
      const config = configOf(raw);
      return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config, raw)) };
    },
  };
}

/** Heads without next-token prediction; vectors are the mean of all states. */
function bidirectionalHeads({ embedding, ...heads }: ReturnType<typeof decoderHeads>): ReturnType<typeof decoderHeads> {
  const { 'causal-lm': _causal, ...others } = heads;
  return { embedding: { ...embedding!, options: { pooling: 'mean', normalise: true } }, ...others };
}

/** Dropout before the token classifier: its own key, or the reference's fallback. */
export function tokenDropout({ classifier_dropout: own, hidden_dropout: hidden }: RawConfig): number {
  return [own, hidden].find((value) => typeof value === 'number') ?? 0.1;
}

/** Heads of a decoder: next token, token classes, and, from a row's last token, row classes and vectors. */
export function decoderHeads(
  classes: DecoderClasses,
  options: { causal: HeadPlan['options']; token: Partial<TokenClassOptions> },
): Partial<Record<Task, HeadPlan>> {
  const score = { name: 'score', pool: 'last', bias: false };
  return {
    'causal-lm': { head: 'causal-lm', className: classes.causal, options: options.causal },
    ...(classes.sequence !== undefined && {
      sequence: { head: 'sequence', className: classes.sequence, options: score },
    }),
    ...(classes.token !== undefined && {
      token: { head: 'token', className: classes.token, options: { name: 'score', bias: true, ...options.token } },
    }),
    embedding: {
      head: 'embedding',
      className: classes.trunk ?? classes.causal.replace(/(ForCausalLM|LMHeadModel)$/, 'Model'),
      options: { pooling: 'last', normalise: true },
      isBare: true,
    },
  };
}
