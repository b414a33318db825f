import { defineTask } from './define.ts';

/** Speech recognition letter by letter (CTC). */
export const task = defineTask({
  title: 'speech recognition',
  pipelineTag: 'automatic-speech-recognition',
  transcribes: () => true,
});
