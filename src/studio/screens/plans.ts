import type { InitResult } from '../../app/use-cases/init.ts';

/** What was said when a recipe was written, by its file; a reload forgets it. */
export const plans = new Map<string, InitResult>();
