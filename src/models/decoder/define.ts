/** How an architecture of the family is told: its defaults, and where it differs from Llama. */
import { Rope } from '../../nn/index.ts';
import type { Architecture, HeadPlan, Task } from '../architecture.ts';
import type { RawConfig } from '../config.ts';
import { decoderConfig, headShape, type DecoderConfig } from './config.ts';
import { Decoder, type DecoderTraits } from './decoder.ts';
import { ropeOptions, stretchedPositions, type RopeDefaults } from './rope-settings.ts';

export interface DecoderDefinition {
  modelType: string;
  /** Hugging Face's classes: `LlamaForCausalLM`, and the one for whole rows where there is one. */
  classes: { causal: string; sequence?: string };
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

/** The heads of a decoder: the next token, and classes of whole rows from their last token. */
export function decoderHeads(
  classes: DecoderDefinition['classes'],
  causal: HeadPlan['options'],
): Partial<Record<Task, HeadPlan>> {
  const nextToken = { 'causal-lm': { head: 'causal-lm', className: classes.causal, options: causal } };
  if (classes.sequence === undefined) return nextToken;
  const options = { name: 'score', pool: 'last', bias: false };
  return { ...nextToken, sequence: { head: 'sequence', className: classes.sequence, options } };
}
