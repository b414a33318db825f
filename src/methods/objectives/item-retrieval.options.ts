import { z } from 'zod';

/** Each item from those before it, against the items that the other rows of its step choose. */
export const options = z.strictObject({
  log_q: z
    .boolean()
    .default(true)
    .describe('correct for popular items being what others choose more often (Yi et al., 2019)'),
  text_encoder_rate: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      "the learning rate of a text encoder that is a part of the model, as a share of the towers'; 0.01 unless given",
    ),
});

export type ItemRetrievalOptions = z.output<typeof options>;

/** Every row more is a few items more that the others are told apart from. */
export const recipeDefaults = { training: { learning_rate: 1e-2, batch_size: 128 } };
