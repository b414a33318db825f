import { z } from 'zod';

/** Products of frozen weights, forward and backward, read copies in int8. */
export const options = z.strictObject({});

export const wantsKeptWeights = true;
