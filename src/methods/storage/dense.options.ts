import { z } from 'zod';

/** Frozen weights stay as they are in the checkpoint. */
export const options = z.strictObject({});
