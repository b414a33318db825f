import { defineRegistry } from '../../base/registry.ts';

/** Export formats. A new one takes a file and a line here. */
export const exportForms = defineRegistry('form', 'E_UNKNOWN_FORM', {
  merged: async () => (await import('./merged.ts')).form,
  gguf: async () => (await import('./gguf.ts')).form,
  ollama: async () => (await import('./ollama.ts')).form,
  vllm: async () => (await import('./vllm.ts')).form,
  laya: async () => (await import('./laya.ts')).form,
});

export type ExportFormName = (typeof exportForms.names)[number];

/**
 * Types of the exported weights; `auto` keeps that of the base model. The quantised types are llama.cpp's, for gguf.
 */
export const exportTypes = ['auto', 'f32', 'bf16', 'f16', 'q8_0', 'q4_0', 'q4_k_m'] as const;

export type ExportType = (typeof exportTypes)[number];
