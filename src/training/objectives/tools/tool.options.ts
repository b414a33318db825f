import { z } from 'zod';

const reference = z.string().regex(/^(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs)#[A-Za-z_$][\w$]*$/, {
  error: 'expected ./tools.ts#name',
});

/** Tool options, for all objectives that split the model's answers into turns. */
export const toolOptions = {
  tools: z.array(reference).default([]).describe('functions that the model may call while answering: ./tools.ts#name'),
  tool_timeout: z.number().positive().default(60).describe('timeout of a call in seconds'),
  max_tool_calling_iterations: z
    .int()
    .positive()
    .default(4)
    .describe('rounds of calls in an answer; calls after the last one are not executed'),
};
