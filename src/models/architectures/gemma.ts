import { OffsetRMSNorm } from '../../engine/nn/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { timesRootOf } from './gemma2.ts';

/** Norm weights offset by 1, and embeddings scaled by √width (Gemma Team, 2024). */
export const architecture = defineDecoder({
  modelType: 'gemma',
  classes: decoderClasses('Gemma'),
  settings: ['use_bidirectional_attention'],
  defaults: { num_key_value_heads: 16, head_dim: 256, tie_word_embeddings: true, max_position_embeddings: 8192 },
  read: (raw) => ({ ...raw, hidden_act: activationOf(raw) }),
  traits: ({ attention_bias: bias, hidden_size: width, rms_norm_eps: epsilon }, { rope }) => ({
    attention: () => ({ rope, bias: { qkv: bias, output: bias } }),
    norm: (size) => new OffsetRMSNorm(size, epsilon),
    scaleEmbeddings: timesRootOf(width),
  }),
});

/** Old configurations say "gelu", but the weights were trained with the tanh approximation. */
function activationOf({ hidden_activation: own, hidden_act: shared }: RawConfig): unknown {
  return own ?? (shared === 'gelu' ? undefined : shared) ?? 'gelu_pytorch_tanh';
}
