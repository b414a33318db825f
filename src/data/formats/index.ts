import { defineRegistry } from '../../base/registry.ts';

/** Row formats. A file has the first one that recognises it, so the more particular shapes stand first. */
export const formats = defineRegistry('row format', 'E_UNKNOWN_FORMAT', {
  image_classification: async () => (await import('./media-rows.ts')).mediaClassification('image'),
  audio_classification: async () => (await import('./media-rows.ts')).mediaClassification('audio'),
  speech: async () => (await import('./media-rows.ts')).mediaText('audio', 'speech'),
  image_text: async () => (await import('./media-rows.ts')).mediaText('image', 'image-text'),
  preference: async () => (await import('./preference.ts')).preference,
  stepwise: async () => (await import('./stepwise.ts')).stepwise,
  kto: async () => (await import('./kto.ts')).kto,
  messages: async () => (await import('./messages.ts')).messages,
  sharegpt: async () => (await import('./sharegpt.ts')).sharegpt,
  alpaca: async () => (await import('./alpaca.ts')).alpaca,
  prompt_completion: async () => (await import('./prompt-completion.ts')).promptCompletion,
  translation: async () => (await import('./translation.ts')).translation,
  sequences: async () => (await import('./sequences.ts')).sequences,
  interactions: async () => (await import('./interactions.ts')).interactions,
  questions: async () => (await import('./questions.ts')).questions,
  tagged: async () => (await import('./tagged.ts')).tagged,
  spans: async () => (await import('./spans.ts')).spans,
  pairs: async () => (await import('./pairs.ts')).pairs,
  graded_pairs: async () => (await import('./graded-pairs.ts')).gradedPairs,
  multilabel: async () => (await import('./multilabel.ts')).multilabel,
  regression: async () => (await import('./regression.ts')).regression,
  classification: async () => (await import('./classification.ts')).classification,
  text: async () => (await import('./text.ts')).text,
  prompt_only: async () => (await import('./prompt-only.ts')).promptOnly,
  recordings: async () => (await import('./media-rows.ts')).recordings,
});

export type FormatName = (typeof formats.names)[number];
