import type { EventSink } from '../../base/events.ts';
import type { Tokenizer } from '../../models/text/index.ts';

/** Reports how the tokenizer deviates from its files, if it does. */
export function reportRemark({ remark }: Pick<Tokenizer, 'remark'>, emit: EventSink): void {
  if (remark !== undefined) emit({ type: 'phase-started', phase: 'engine', message: remark });
}
