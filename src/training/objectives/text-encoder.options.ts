import { z } from 'zod';

/** A key that the objectives share by which an encoder of items' texts is tuned with the towers. */
export const textEncoderRate = z
  .number()
  .positive()
  .nullable()
  .default(null)
  .describe("learning rate of a text encoder within the model, as a share of the towers' rate (default: 0.01)");
