import { defineTask } from './define.ts';
import { flawlessText } from './flawless.ts';

/** Text generation from a text or a recording. */
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
