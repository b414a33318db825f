import type { InitResult } from '../../app/use-cases/init.ts';

/** Results of `init`, by recipe; lost on reload. */
export const plans = new Map<string, InitResult>();
