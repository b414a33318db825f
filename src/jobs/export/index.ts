import { defineRegistry } from '../../base/registry.ts';

/** Forms that a result can be written in. One more is a file and a line. */
export const exportForms = defineRegistry('form', 'E_UNKNOWN_FORM', {
  merged: async () => (await import('./merged.ts')).form,
  gguf: async () => (await import('./gguf.ts')).form,
  ollama: async () => (await import('./ollama.ts')).form,
  vllm: async () => (await import('./vllm.ts')).form,
});

export type ExportFormName = (typeof exportForms.names)[number];

/** The type of the written weights; `auto` is that of the base model's own; the last ones are llama.cpp's, for gguf. */
export const exportTypes = ['auto', 'f32', 'bf16', 'f16', 'q8_0', 'q4_0', 'q4_k_m'] as const;

export type ExportType = (typeof exportTypes)[number];
