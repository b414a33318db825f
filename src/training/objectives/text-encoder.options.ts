import { z } from 'zod';

/** Learning rate of a text encoder that is trained together with the towers. */
export const textEncoderRate = z
  .number()
  .positive()
  .nullable()
  .default(null)
  .describe("learning rate of a text encoder within the model, as a share of the towers' rate (default: 0.01)");
