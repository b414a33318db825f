import { describeTask } from '../instruction.ts';
import type { WayOfAsking } from './way.ts';

/** An instruction: the user's, or one derived from the form of the answers. */
export const way: WayOfAsking = {
  prepare: ({ instruction, rows }) => ({
    prompting: { instruction: instruction ?? describeTask(rows.typical) },
  }),
};
