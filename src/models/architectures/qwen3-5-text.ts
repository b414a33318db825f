import type { Architecture } from '../architecture.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { deltaNetTraits, SplitDeltaNet } from '../decoder/gated-delta-net.ts';

const decoder = defineDecoder({
  modelType: 'qwen3_5_text',
  classes: decoderClasses('Qwen3_5'),
  defaults: {
    vocab_size: 248320,
    hidden_size: 4096,
    intermediate_size: 12288,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 32768,
  },
  rope: { share: 0.25 },
  traits: (config, context) => deltaNetTraits(config, context, SplitDeltaNet),
});

/**
 * Three layers of linear attention, then one of gated attention (Qwen Team, 2026). Published checkpoints also contain
 * an image encoder and multi-token prediction layers; neither is part of the text model.
 */
export const architecture: Architecture = {
  ...decoder,
  passedOver: () => [/^(model\.)?visual\./, /^mtp\./],
  formerNames: (path) => (path.startsWith('model.') ? [path.replace(/^model\./, 'model.language_model.')] : []),
};
