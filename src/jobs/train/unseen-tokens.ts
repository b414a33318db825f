import type { EventSink } from '../../base/events.ts';
import type { Tokenizer } from '../../models/text/index.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';

/** Warns about trainable tokens that occur in no training row and therefore cannot be learned. */
export function reportUnseen(
  ids: readonly number[],
  { rows, tokenizer, emit }: { rows: readonly PreparedRow[]; tokenizer: Tokenizer; emit: EventSink },
): void {
  const unseen = new Set(ids);
  for (const row of rows) {
    if (unseen.size === 0) return;
    for (const id of row.ids) unseen.delete(id);
  }
  if (unseen.size === 0) return;
  emit({
    type: 'warning-raised',
    code: 'W_TOKENS_UNSEEN',
    message: `${unseen.size} of ${ids.length} tokens to train do not occur in any training row`,
    problems: [...unseen].map((id) => ({ field: tokenizer.tokenOf(id) ?? String(id), message: 'does not occur' })),
  });
}
