/** Attribute in which a counterfactual pair differs. */
export const axes = ['gender', 'origin', 'nationality'] as const;
export type Axis = (typeof axes)[number];
