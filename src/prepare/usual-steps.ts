import type { Item, ItemKind } from '../documents/index.ts';
import type { StepSpec } from './run-steps.ts';

/** Documents that decide what is usual. */
const LOOKED_AT = 200;

interface UsualSteps {
  steps: StepSpec[];
  /** For people. */
  reason: string;
  /** All documents, those that were looked at included. */
  documents: AsyncIterable<Item>;
}

/** The steps that suit what most of the first documents are. */
export async function usualSteps(documents: AsyncGenerator<Item, void, undefined>): Promise<UsualSteps> {
  const first: Item[] = [];
  while (first.length < LOOKED_AT) {
    const { value, done } = await documents.next();
    if (done === true) break;
    first.push(value);
  }
  const counts = Map.groupBy(first, ({ kind }) => kind);
  const [kind = 'text'] = [...counts.keys()].sort((a, b) => counts.get(b)!.length - counts.get(a)!.length);
  const { step, reason } = USUAL[kind];
  const all = async function* all(): AsyncGenerator<Item> {
    yield* first;
    yield* documents;
  };
  return {
    steps: [{ step }],
    reason: `${counts.get(kind)?.length ?? 0} of the first ${first.length} documents are ${reason}`,
    documents: all(),
  };
}

const USUAL: Record<ItemKind, { step: string; reason: string }> = {
  text: { step: 'chunks', reason: 'running text: chunks for domain adaptation' },
  message: { step: 'conversations', reason: 'messages: conversations' },
  record: { step: 'records', reason: 'rows of tables: as they stand' },
  row: { step: 'records', reason: 'rows' },
};
