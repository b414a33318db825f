/** What a counterfactual pair differs in. */
export const axes = ['gender', 'origin', 'nationality'] as const;
export type Axis = (typeof axes)[number];
