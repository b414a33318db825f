/** Definition of an architecture of the family: its defaults, and its differences from Llama. */
import { Rope, type RopePair } from '../../engine/nn/index.ts';
import type { Architecture, HeadPlan, Task, TrunkContext } from '../architecture.ts';
import type { RawConfig } from '../raw-config.ts';
import type { TokenClassOptions } from '../heads/token.ts';
import { decoderConfig, headShape, type DecoderConfig } from './config.ts';
import { Decoder, type DecoderTraits } from './decoder.ts';
import { refuseForeignSettings, type DecoderSetting } from './foreign-settings.ts';
import { ropeOptions, stretchedPositions, type RopeDefaults } from './rope-settings.ts';

/** Hugging Face's classes of a decoder: `LlamaForCausalLM`, and those for whole rows and for tokens where there are. */
export interface DecoderClasses {
  causal: string;
  sequence?: string;
  token?: string;
  /** The trunk's own, where it is not called as the others are: `LlamaModel`. */
  trunk?: string;
}

/** Those of most decoders, by the name in them: `Llama`. */
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
  /** The reference's defaults for missing configuration keys, if other than Llama's. */
  defaults?: RawConfig;
  rope?: RopeDefaults | ((raw: RawConfig) => RopeDefaults);
  /** Which axis of positions turns which features, where images among the tokens have rows and columns. */
  ropePairs?(config: DecoderConfig): readonly RopePair[];
  /** Keys that change the computation and that most of the family do not have. */
  settings?: readonly DecoderSetting[];
  /** The configuration in the family's names, where it has others. */
  read?(raw: RawConfig): RawConfig;
  traits(config: DecoderConfig, context: TraitsContext): DecoderTraits;
  /** Whether tokens see those after them too, so that nothing can be predicted (EmbeddingGemma). */
  seesAll?(raw: RawConfig): boolean;
  /** Soft-cap, factor and bias of the logits. */
  logits?(raw: RawConfig): { softcap?: number; scale?: number; bias?: boolean };
}

export interface TraitsContext extends Pick<TrunkContext, 'has'> {
  raw: RawConfig;
  rope: Rope;
}

/** An architecture of the family. */
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

/** Without that of the next token; vectors are means of all states. */
function bidirectionalHeads({ embedding, ...heads }: ReturnType<typeof decoderHeads>): ReturnType<typeof decoderHeads> {
  const { 'causal-lm': _causal, ...others } = heads;
  return { embedding: { ...embedding!, options: { pooling: 'mean', normalise: true } }, ...others };
}

/** Dropout before a decoder's classifier of tokens: its own key, or what the reference takes without one. */
export function tokenDropout({ classifier_dropout: own, hidden_dropout: hidden }: RawConfig): number {
  return [own, hidden].find((value) => typeof value === 'number') ?? 0.1;
}

/**
 * The heads of a decoder: the next token, classes of each token, and of whole rows, from their last token, classes and
 * vectors.
 */
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
