import { defineTask } from './define.ts';

/** Whether each token was replaced. */
export const task = defineTask({
  title: 'replaced token detection',
  pipelineTag: 'token-classification',
});
