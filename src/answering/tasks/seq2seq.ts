import { defineTask } from './define.ts';
import { flawlessText } from './flawless.ts';

/** A text from a text, or from a recording. */
export const task = defineTask({
  title: 'text generation',
  pipelineTag: 'text2text-generation',
  answers: ['completion', 'classification', 'prompt', 'question'],
  answering: async () => (await import('./answers/sequences.ts')).answerWithDecoder,
  flawless: flawlessText,
  prompts: 'written',
  served: 'text',
  transcribes: (readsAudio) => readsAudio,
});
