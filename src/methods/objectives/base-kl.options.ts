import { z } from 'zod';

/** Key of objectives that predict tokens. */
export const kl_to_base = z
  .number()
  .min(0)
  .default(0)
  .describe("weight of KL(base ‖ model) at each trained token: keeps the base model's ways of answering; 0 for none");
