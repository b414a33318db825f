/** Definition of an architecture of the family: its defaults, and its differences from Llama. */
import { Rope } from '../../engine/nn/index.ts';
import type { Architecture, HeadPlan, Task } from '../architecture.ts';
import type { RawConfig } from '../config.ts';
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
  rope?: RopeDefaults;
  /** Keys that change the computation and that most of the family do not have. */
  settings?: readonly DecoderSetting[];
  /** The configuration in the family's names, where it has others. */
  read?(raw: RawConfig): RawConfig;
  traits(config: DecoderConfig, context: { raw: RawConfig; rope: Rope }): DecoderTraits;
  /** Soft-cap and factor of the logits. */
  logits?(raw: RawConfig): { softcap?: number; scale?: number };
}

/** An architecture of the family. */
export function defineDecoder(definition: DecoderDefinition): Architecture {
  const { modelType, classes, read = (raw) => raw } = definition;
  const configOf = (raw: RawConfig) => decoderConfig(read(raw), definition.defaults);
  const ropeOf = (config: DecoderConfig) => ropeOptions(config, headShape(config).size, definition.rope);
  return {
    modelType,
    prefix: 'model',
    build(raw) {
      refuseForeignSettings(modelType, raw, definition.settings);
      const config = configOf(raw);
      return new Decoder(config, definition.traits(config, { raw, rope: new Rope(ropeOf(config)) }));
    },
    heads(raw) {
      const tied = configOf(raw).tie_word_embeddings;
      const causal = { name: 'lm_head', tied, ...definition.logits?.(raw) };
      return decoderHeads(classes, { causal, token: { dropout: tokenDropout(raw) } });
    },
    limits(raw) {
      const config = configOf(raw);
      return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config)) };
    },
  };
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
