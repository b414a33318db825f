import type { EventSink } from '../../base/events.ts';
import type { Tokenizer } from '../../models/text/index.ts';

/** Says what of a tokenizer is read otherwise than its files have it. */
export function reportRemark({ remark }: Pick<Tokenizer, 'remark'>, emit: EventSink): void {
  if (remark !== undefined) emit({ type: 'phase-started', phase: 'engine', message: remark });
}
