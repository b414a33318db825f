import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions } from './adam-options.ts';

/** Adam by the largest gradient of late in place of the mean square (Kingma and Ba, 2015); weight decay is L2. */
export const options = z.strictObject({
  ...adamOptions,
  beta2: adamOptions.beta2.describe('decay of the largest gradient'),
  epsilon: adamOptions.epsilon.describe('added to the size of each gradient'),
});

export type AdamaxOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./adamax.ts') });
