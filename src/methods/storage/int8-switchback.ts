import { z } from 'zod';
import type { Model } from '../../models/model.ts';
import type { Storage } from '../../train/interfaces.ts';
import { defineStorage } from '../../train/method.ts';
import { storeInt8 } from './int8-layers.ts';

/** Products of frozen weights, forward and backward, read copies in int8. */
export const options = z.strictObject({});

/**
 * What `int8_forward` does, and the same where a layer's gradient goes back to its input: the gradient is rounded with
 * a scale for each token, and meets a copy of the weight with a scale for each column. Gradients of what is trained
 * are made of the activations and gradients as they are (SwitchBack; Wortsman et al., 2023, "Stable and low-precision
 * training for large-scale vision-language models", with a scale for each row where they have one for a weight). Two
 * bytes a weight more.
 */
export function create(model: Model, when: 'training' | 'always'): Storage {
  return storeInt8('int8_switchback', model, { when, gradients: when === 'training' });
}

export const method = defineStorage({ options, wantsKeptWeights: true, create });
