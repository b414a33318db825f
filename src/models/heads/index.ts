import { defineRegistry } from '../../base/registry.ts';

/** Every kind of head; a new one takes a file and a line here. */
export const heads = defineRegistry('head', 'E_UNKNOWN_HEAD', {
  'causal-lm': async () => (await import('./causal-lm.ts')).head,
  contrastive: async () => (await import('./contrastive.ts')).head,
  ctc: async () => (await import('./ctc.ts')).head,
  laya: async () => (await import('./laya.ts')).head,
  'masked-lm': async () => (await import('./masked-lm.ts')).head,
  // Items are predicted like tokens.
  'next-item': async () => (await import('./causal-lm.ts')).head,
  items: async () => (await import('./items.ts')).head,
  embedding: async () => (await import('./embedding.ts')).head,
  question: async () => (await import('./question.ts')).head,
  sequence: async () => (await import('./sequence.ts')).head,
  token: async () => (await import('./token.ts')).head,
  // The decoder of an encoder-decoder predicts the next token like any other.
  seq2seq: async () => (await import('./causal-lm.ts')).head,
});
