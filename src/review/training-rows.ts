/** Rows to train on from what reviewers preferred, by the majority of each pair. */
import { majorities, type HumanLabel } from '../eval/judges/human-labels.ts';
import type { AnswerPair } from '../eval/judges/pairs.ts';
import { isOf } from './results.ts';

export const rowKinds = ['dpo', 'sft', 'kto'] as const;

/** `dpo`: {prompt, chosen, rejected}; `sft`: {prompt, completion}; `kto`: {prompt, completion, label}. */
export type RowKind = (typeof rowKinds)[number];

/** Ties give no row, except for `kto` where most found both answers bad. */
export function trainingRows(pairs: readonly AnswerPair[], labels: readonly HumanLabel[], kind: RowKind): object[] {
  const known = new Map(pairs.map((pair) => [pair.id, pair]));
  const counted = labels.filter((label) => isOf(label, known.get(label.id)));
  const choices = majorities(counted);
  return pairs.flatMap((pair): object[] => {
    const { id, prompt, a, b } = pair;
    const choice = choices.get(id);
    if (choice === undefined) return [];
    if (choice === 'tie')
      return kind === 'kto' && areBad(id, counted) ? [a, b].map((text) => thumb(prompt, text, false)) : [];
    const [chosen, rejected] = choice === 'a' ? [a, b] : [b, a];
    if (kind === 'sft') return [{ prompt, completion: chosen }];
    if (kind === 'dpo') return [{ prompt, chosen, rejected }];
    return [thumb(prompt, chosen, true), thumb(prompt, rejected, false)];
  });
}

function thumb(prompt: string, completion: string, label: boolean): object {
  return { prompt, completion, label };
}

function areBad(id: string, labels: readonly HumanLabel[]): boolean {
  const own = labels.filter((label) => label.id === id);
  return own.filter(({ choice }) => choice === 'neither').length * 2 > own.length;
}
