import { defineRegistry } from '../base/registry.ts';

/** Every model type that can be loaded. One more is a file and a line. */
export const architectures = defineRegistry('model type', 'E_UNKNOWN_MODEL_TYPE', {
  bert: async () => (await import('./bert.ts')).architecture,
  clip: async () => (await import('./clip.ts')).architecture,
  llama: async () => (await import('./llama.ts')).architecture,
  mistral: async () => (await import('./mistral.ts')).architecture,
  qwen2: async () => (await import('./qwen2.ts')).architecture,
  qwen3: async () => (await import('./qwen3.ts')).architecture,
  siglip: async () => (await import('./siglip.ts')).architecture,
  vit: async () => (await import('./vit.ts')).architecture,
  wav2vec2: async () => (await import('./wav2vec2.ts')).architecture,
  whisper: async () => (await import('./whisper.ts')).architecture,
});
