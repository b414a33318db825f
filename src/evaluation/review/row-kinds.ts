/** Rows that a review gives: pairs, answers, or thumbs. */
export const rowKinds = ['dpo', 'sft', 'kto'] as const;

/** `dpo`: {prompt, chosen, rejected}; `sft`: {prompt, completion}; `kto`: {prompt, completion, label}. */
export type RowKind = (typeof rowKinds)[number];
