import { z } from 'zod';
import type { Model } from '../../models/model.ts';
import type { Storage } from '../interfaces.ts';
import { defineStorage } from '../method.ts';
import { storeInt8 } from './int8-layers.ts';

/** Products with frozen weights, forward and backward, use int8 copies. */
export const options = z.strictObject({});

/**
 * `int8_forward`, and the same for the gradient that a layer passes to its input: the gradient is rounded with a scale
 * per token, and multiplied by a copy of the weight with a scale per column. Gradients of trained weights use the
 * unrounded activations and gradients (SwitchBack; Wortsman et al., 2023, "Stable and low-precision training for
 * large-scale vision-language models", with a scale per row where they have one per weight). Two bytes more per
 * weight.
 */
export function create(model: Model, when: 'training' | 'always'): Storage {
  return storeInt8('int8_switchback', model, { when, gradients: when === 'training' });
}

export const method = defineStorage({ options, wantsKeptWeights: true, create });
