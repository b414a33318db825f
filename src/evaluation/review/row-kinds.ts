/** Kinds of rows that a review exports: preference pairs, demonstrations, or thumbs up and down. */
export const rowKinds = ['dpo', 'sft', 'kto'] as const;

/** `dpo`: {prompt, chosen, rejected}; `sft`: {prompt, completion}; `kto`: {prompt, completion, label}. */
export type RowKind = (typeof rowKinds)[number];
