import { defineTask } from './define.ts';

/** The letters of what is said. */
export const task = defineTask({
  title: 'speech recognition',
  pipelineTag: 'automatic-speech-recognition',
  transcribes: () => true,
});
