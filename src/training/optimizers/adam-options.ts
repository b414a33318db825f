import { z } from 'zod';

const beta = z.number().min(0).lt(1);

/** Options of Adam and its variants, with torch's defaults. */
export const adamOptions = {
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
};

/** torch's option for optimizers that support both kinds of weight decay; its rate is training.weight_decay. */
export function decoupledWeightDecay(isDefault: boolean) {
  return z
    .boolean()
    .default(isDefault)
    .describe('true: weight decay shrinks weights (AdamW); false: it is added to the gradient (L2)');
}
