import { z } from 'zod';

/** Options of schedule-free optimizers: weights of steps in the average. */
export const averagingOptions = {
  r: z.number().min(0).default(0).describe('later steps count as step^r in the average'),
  weight_lr_power: z.number().min(0).default(2).describe('steps count as the largest rate so far to this power'),
};

/** How near gradients are taken to the average. */
export const nearness = z.number().gt(0).lt(1).default(0.9).describe('how near gradients are taken to the average');
