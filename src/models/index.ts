import { defineRegistry } from '../base/registry.ts';

/** Every model type that can be loaded. One more is a file and a line. */
export const architectures = defineRegistry('model type', 'E_UNKNOWN_MODEL_TYPE', {
  bert: async () => (await import('./bert.ts')).architecture,
  clip: async () => (await import('./clip.ts')).architecture,
  dinov2: async () => (await import('./dinov2.ts')).architecture,
  distilbert: async () => (await import('./distilbert.ts')).architecture,
  electra: async () => (await import('./electra.ts')).architecture,
  llama: async () => (await import('./llama.ts')).architecture,
  mistral: async () => (await import('./mistral.ts')).architecture,
  mobilenet_v2: async () => (await import('./mobilenet-v2.ts')).architecture,
  modernbert: async () => (await import('./modernbert.ts')).architecture,
  mt5: async () => (await import('./mt5.ts')).architecture,
  qwen2: async () => (await import('./qwen2.ts')).architecture,
  qwen3: async () => (await import('./qwen3.ts')).architecture,
  resnet: async () => (await import('./resnet.ts')).architecture,
  roberta: async () => (await import('./roberta.ts')).architecture,
  siglip: async () => (await import('./siglip.ts')).architecture,
  t5: async () => (await import('./t5.ts')).architecture,
  use_lite: async () => (await import('./use-lite.ts')).architecture,
  vit: async () => (await import('./vit.ts')).architecture,
  wav2vec2: async () => (await import('./wav2vec2.ts')).architecture,
  whisper: async () => (await import('./whisper.ts')).architecture,
  'xlm-roberta': async () => (await import('./xlm-roberta.ts')).architecture,
});
