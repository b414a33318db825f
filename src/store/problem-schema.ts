import { z } from 'zod';
import type { Problem } from '../base/errors.ts';

/** A defect with its place, as results list them. */
export const problemSchema: z.ZodType<Problem> = z.strictObject({
  message: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  field: z.string().optional(),
  fix: z.string().optional(),
});
