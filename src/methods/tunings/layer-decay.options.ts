import { z } from 'zod';

/** Smaller steps for what lies further from the head (as in ELECTRA, BEiT and ULMFiT's discriminative rates). */
export const layerDecay = z
  .number()
  .positive()
  .max(1)
  .default(1)
  .describe("learning rate of each block, as a share of the next block's");
