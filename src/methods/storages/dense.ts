import { z } from 'zod';
import { defineStorage } from '../method.ts';

/** Frozen weights stay as in the checkpoint. */
export const options = z.strictObject({});

export const method = defineStorage({
  options,
  create: () => ({ note: undefined, dispose: () => undefined }),
});
