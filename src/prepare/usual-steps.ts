import { charactersOf, type Item, type ItemKind } from '../documents/index.ts';
import type { StepSpec } from './run-steps.ts';

/** Documents that decide what is usual; fewer where they are long, since they are held. */
const LOOKED_AT = 200;
const ENOUGH_CHARACTERS = 1 << 22;

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
  let characters = 0;
  while (first.length < LOOKED_AT && characters < ENOUGH_CHARACTERS) {
    const { value, done } = await documents.next();
    if (done === true) break;
    first.push(value);
    characters += charactersOf(value);
  }
  const counts = Map.groupBy(first, ({ kind }) => kind);
  const [kind = 'text'] = [...counts.keys()].sort((a, b) => counts.get(b)!.length - counts.get(a)!.length);
  const { step, reason } = USUAL[kind];
  const all = async function* all(): AsyncGenerator<Item> {
    for (let next = first.shift(); next !== undefined; next = first.shift()) yield next;
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
