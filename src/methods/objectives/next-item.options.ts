import { z } from 'zod';

/** Each item from those before it, against all other items. */
export const options = z.strictObject({});

export type NextItemOptions = z.output<typeof options>;

/** A model of items starts from nothing: it takes larger steps than one that is tuned. */
export const recipeDefaults = { training: { learning_rate: 1e-3, batch_size: 64 } };
