/** How an architecture of the family is told: its defaults, and where it differs from Llama. */
import { Rope } from '../../nn/index.ts';
import type { Architecture, HeadPlan, Task } from '../architecture.ts';
import type { RawConfig } from '../config.ts';
import { decoderConfig, headShape, type DecoderConfig } from './config.ts';
import { Decoder, type DecoderTraits } from './decoder.ts';
import { ropeOptions, stretchedPositions, type RopeDefaults } from './rope-settings.ts';

/** Hugging Face's classes of a decoder: `LlamaForCausalLM`, and the one for whole rows where there is one. */
export interface DecoderClasses {
  causal: string;
  sequence?: string;
  /** The trunk's own, where it is not called as the others are: `LlamaModel`. */
  trunk?: string;
}

export interface DecoderDefinition {
  modelType: string;
  classes: DecoderClasses;
  /** What the reference takes where a configuration leaves a key out, if not what it takes for Llama. */
  defaults?: RawConfig;
  rope?: RopeDefaults;
  /** The configuration in the family's names, where it has others. */
  read?(raw: RawConfig): RawConfig;
  traits(config: DecoderConfig, context: { raw: RawConfig; rope: Rope }): DecoderTraits;
  /** What happens to the logits. */
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
      const config = configOf(raw);
      return new Decoder(config, definition.traits(config, { raw, rope: new Rope(ropeOf(config)) }));
    },
    heads(raw) {
      const tied = configOf(raw).tie_word_embeddings;
      return decoderHeads(classes, { name: 'lm_head', tied, ...definition.logits?.(raw) });
    },
    limits(raw) {
      const config = configOf(raw);
      return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config)) };
    },
  };
}

/** The heads of a decoder: the next token, and of whole rows, from their last token, classes and vectors. */
export function decoderHeads(classes: DecoderClasses, causal: HeadPlan['options']): Partial<Record<Task, HeadPlan>> {
  const score = { name: 'score', pool: 'last', bias: false };
  return {
    'causal-lm': { head: 'causal-lm', className: classes.causal, options: causal },
    ...(classes.sequence !== undefined && {
      sequence: { head: 'sequence', className: classes.sequence, options: score },
    }),
    embedding: {
      head: 'embedding',
      className: classes.trunk ?? classes.causal.replace(/(ForCausalLM|LMHeadModel)$/, 'Model'),
      options: { pooling: 'last', normalise: true },
      isBare: true,
    },
  };
}
