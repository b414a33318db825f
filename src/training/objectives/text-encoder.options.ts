import { z } from 'zod';

/** A key that the objectives share by which an encoder of items' texts is tuned with the towers. */
export const textEncoderRate = z
  .number()
  .positive()
  .nullable()
  .default(null)
  .describe(
    "the learning rate of a text encoder that is a part of the model, as a share of the towers'; 0.01 unless given",
  );
