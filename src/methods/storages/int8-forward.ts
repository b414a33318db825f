import { z } from 'zod';
import type { Model } from '../../models/model.ts';
import type { Storage } from '../interfaces.ts';
import { defineStorage } from '../method.ts';
import { storeInt8 } from './int8-layers.ts';

/** Forward products use an int8 copy of frozen weights; backward uses the weights themselves. */
export const options = z.strictObject({});

/**
 * In the forward pass only, frozen linear layers quantise their input and read an int8 copy of their weight (symmetric,
 * with a scale per weight row and per token). Gradients are those of the unquantised weights at the quantised
 * activations (straight-through). Needs one more byte per weight, since the weights are kept for backward. Twice as
 * fast on processors that multiply int8 (after Dettmers et al., 2022, without outlier columns).
 */
export function create(model: Model, when: 'training' | 'always'): Storage {
  return storeInt8('int8_forward', model, { when, gradients: false });
}

export const method = defineStorage({ options, wantsKeptWeights: true, create });
