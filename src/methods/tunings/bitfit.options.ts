import { z } from 'zod';
import { defineTuning } from '../method.ts';

/** Trains only biases and the head (Ben Zaken et al., 2022); the result is a whole model. */
export const options = z.strictObject({});

export const method = defineTuning({
  options,
  rate: { like: 'lora', times: [5, 2] },
  run: () => import('./bitfit.ts'),
});
