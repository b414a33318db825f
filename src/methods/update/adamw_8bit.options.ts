import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions } from './adam-options.ts';

/** AdamW with its moments in 8 bits (Dettmers et al., 2022): two bytes a weight in place of eight. */
export const options = z.strictObject({
  ...adamOptions,
  min_8bit_size: z.int().min(0).default(4096).describe('weights with fewer values keep their moments in f32'),
});

export type Adamw8bitOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./adamw_8bit.ts') });
