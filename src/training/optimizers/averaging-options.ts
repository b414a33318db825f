import { z } from 'zod';

/** Options of schedule-free optimizers: weights of steps in the average. */
export const averagingOptions = {
  r: z.number().min(0).default(0).describe('weight of later steps in the average: step^r'),
  weight_lr_power: z
    .number()
    .min(0)
    .default(2)
    .describe('weight of steps in the average: largest rate so far to this power'),
};

/** How close to the average gradients are computed. */
export const nearness = z.number().gt(0).lt(1).default(0.9).describe('how close to the average gradients are computed');
