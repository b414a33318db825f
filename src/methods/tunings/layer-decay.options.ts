import { z } from 'zod';

/** Smaller steps for what lies further from the head (as in ELECTRA, BEiT and ULMFiT's discriminative rates). */
export const layerDecay = z
  .number()
  .positive()
  .max(1)
  .default(1)
  .describe("each block's learning rate, as a share of that of the block after it");
