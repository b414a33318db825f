import { defineTask } from './define.ts';

/** Replaced token detection, as in ELECTRA. */
export const task = defineTask({
  title: 'replaced token detection',
  pipelineTag: 'token-classification',
});
