/** Training rows from reviewers' preferences, by the majority for each pair. */
import { majorities, type HumanLabel } from '../../scoring/judges/human-labels.ts';
import type { AnswerPair, Choice } from '../../scoring/judges/answer-pairs.ts';
import { isOf } from './review-outcome.ts';
import type { RowKind } from './row-kinds.ts';

/**
 * Ties give no row, except for `kto` if most reviewers found both answers bad. A reviewer's edited text replaces the
 * preferred answer and is preferred to both. Flagged pairs and gold pairs are left out.
 */
export function trainingRows(pairs: readonly AnswerPair[], labels: readonly HumanLabel[], kind: RowKind): object[] {
  const known = new Map(pairs.map((pair) => [pair.id, pair]));
  const counted = labels.filter((label) => label.gold === undefined && isOf(label, known.get(label.id)));
  const flagged = new Set(counted.filter(({ flags = [] }) => flags.length > 0).map(({ id }) => id));
  const edits = new Map(counted.flatMap(({ id, edit }) => (edit === undefined ? [] : [[id, edit] as const])));
  const choices = majorities(counted);
  return pairs.flatMap((pair): object[] => {
    const { id, prompt, a, b } = pair;
    const choice = choices.get(id);
    if (choice === undefined || flagged.has(id)) return [];
    const edit = edits.get(id);
    if (edit !== undefined) return editedRows(pair, { choice, edit, kind });
    if (choice === 'tie')
      return kind === 'kto' && areBad(id, counted) ? [a, b].map((text) => thumb(prompt, text, false)) : [];
    const [chosen, rejected] = choice === 'a' ? [a, b] : [b, a];
    if (kind === 'sft') return [{ prompt, completion: chosen }];
    if (kind === 'dpo') return [{ prompt, chosen, rejected }];
    return [thumb(prompt, chosen, true), thumb(prompt, rejected, false)];
  });
}

/** A reviewer's edited text is better than the preferred answer. */
function editedRows(
  { prompt, a, b }: AnswerPair,
  { choice, edit, kind }: { choice: Choice; edit: string; kind: RowKind },
): object[] {
  const others = choice === 'b' ? [b] : choice === 'a' ? [a] : [a, b];
  if (kind === 'sft') return [{ prompt, completion: edit }];
  if (kind === 'dpo') return others.map((rejected) => ({ prompt, chosen: edit, rejected }));
  return [thumb(prompt, edit, true)];
}

function thumb(prompt: string, completion: string, label: boolean): object {
  return { prompt, completion, label };
}

function areBad(id: string, labels: readonly HumanLabel[]): boolean {
  const own = labels.filter((label) => label.id === id);
  return own.filter(({ choice }) => choice === 'neither').length * 2 > own.length;
}
