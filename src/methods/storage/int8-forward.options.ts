import { z } from 'zod';

/** Products of the forward read a copy of frozen weights in int8; backward reads the weights themselves. */
export const options = z.strictObject({});

export const wantsKeptWeights = true;
