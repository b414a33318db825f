import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

const beta = z.number().min(0).lt(1);

/** The sign of a mean gradient (Chen et al., 2023): half of AdamW's memory; a rate three to ten times smaller than there. */
export const options = z.strictObject({
  beta1: beta.default(0.9).describe('share of the mean gradient in the direction'),
  beta2: beta.default(0.99).describe('decay of the mean gradient'),
});

export type LionOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./lion.ts') });
