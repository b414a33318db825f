/** Difference within a counterfactual pair. */
export const axes = ['gender', 'origin', 'nationality'] as const;
export type Axis = (typeof axes)[number];
