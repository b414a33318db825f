/** Difference within a counterfactual pair. */
import { z } from 'zod';
export const axes = ['gender', 'origin', 'nationality'] as const;
export const axisSchema = z.enum(axes);
export type Axis = z.infer<typeof axisSchema>;
