/** Kinds of values in config.json. */
import { z } from 'zod';
import { activations } from '../engine/nn/index.ts';

export const count = z.int().positive();
export const probability = z.number().min(0).max(1);
export const activation = z.enum(Object.keys(activations) as [string, ...string[]]);
