import { z } from 'zod';

/** Every token of plain text. */
export const options = z.strictObject({});

export type PretrainOptions = z.output<typeof options>;
