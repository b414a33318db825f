import { defineRegistry } from '../../base/registry.ts';

/** Steps that convert documents to rows and rows to rows. A new one takes a file and a line here. */
export const steps = defineRegistry('step', 'E_UNKNOWN_STEP', {
  records: async () => (await import('./records.ts')).step,
  chunks: async () => (await import('./chunks.ts')).step,
  questions: async () => (await import('./questions.ts')).step,
  messages: async () => (await import('./messages.ts')).step,
  conversations: async () => (await import('./conversations.ts')).step,
  folders: async () => (await import('./folders.ts')).step,
  catalogue: async () => (await import('./catalogue.ts')).step,
  decisions: async () => (await import('./decisions.ts')).step,
  template: async () => (await import('./template.ts')).step,
  redact: async () => (await import('./redact.ts')).step,
  teacher: async () => (await import('./teacher.ts')).step,
  normalise: async () => (await import('./normalise.ts')).step,
  language: async () => (await import('./language.ts')).step,
  quality: async () => (await import('./quality.ts')).step,
  deduplicate: async () => (await import('./deduplicate.ts')).step,
  boilerplate: async () => (await import('./boilerplate.ts')).step,
  contradictions: async () => (await import('./contradictions.ts')).step,
  lengths: async () => (await import('./lengths.ts')).step,
  toxic: async () => (await import('./toxic.ts')).step,
  label_noise: async () => (await import('./label-noise.ts')).step,
  contamination: async () => (await import('./contamination.ts')).step,
});
