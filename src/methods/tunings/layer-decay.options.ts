import { z } from 'zod';

/** Lower learning rates further away from the head (as in ELECTRA, BEiT, and ULMFiT's discriminative fine-tuning). */
export const layerDecay = z
  .number()
  .positive()
  .max(1)
  .default(1)
  .describe("learning rate of each block, as a share of the next block's");
