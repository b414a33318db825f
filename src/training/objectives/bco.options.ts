import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import type { Processor } from '../objective.ts';
import { referenceOptions, weight } from './kto.options.ts';

/** Trains on answers with thumbs up or down, with a binary classifier's loss (Jung et al., 2024). */
export const options = z.strictObject({
  beta: z.number().positive().default(0.1).describe('how strongly the model is tied to the reference'),
  desirable_weight: weight('good'),
  undesirable_weight: weight('bad'),
  ...referenceOptions,
});

export type BcoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  async run() {
    const { unpaired } = await import('./kto.ts');
    return { create: (own: BcoOptions, processor: Processor) => unpaired({ ...own, loss_type: 'bco' }, processor) };
  },
});
