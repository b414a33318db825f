import { defineRegistry } from '../../base/registry.ts';

/** Forms that a result can be written in. One more is a file and a line. */
export const exportForms = defineRegistry('form', 'E_UNKNOWN_FORM', {
  merged: async () => (await import('./merged.ts')).form,
  gguf: async () => (await import('./gguf.ts')).form,
});

export type ExportFormName = (typeof exportForms.names)[number];

/** The type of the written weights; `auto` is that of the base model's own. */
export const exportTypes = ['auto', 'f32', 'bf16', 'f16'] as const;

export type ExportType = (typeof exportTypes)[number];
