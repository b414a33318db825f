import { z } from 'zod';
import type { Model } from '../../models/model.ts';
import type { Storage } from '../interfaces.ts';
import { defineStorage } from '../method.ts';
import { storeInt8 } from './int8-layers.ts';

/** Forward products use an int8 copy of frozen weights; backward uses the weights themselves. */
export const options = z.strictObject({});

/**
 * Frozen linear layers read their input and a copy of their weight in int8 (symmetric, a scale for each row of the
 * weight and for each token), in the forward alone: gradients are those of the weights themselves, at the activations
 * that the forward gave (straight through). A byte a weight more; the weights stay, for backward. Twice as fast where
 * the processor multiplies int8 (after Dettmers et al., 2022, without their columns of outliers).
 */
export function create(model: Model, when: 'training' | 'always'): Storage {
  return storeInt8('int8_forward', model, { when, gradients: false });
}

export const method = defineStorage({ options, wantsKeptWeights: true, create });
