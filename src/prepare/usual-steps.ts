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
  const { step, reason } = choice(first);
  const all = async function* all(): AsyncGenerator<Item> {
    for (let next = first.shift(); next !== undefined; next = first.shift()) yield next;
    yield* documents;
  };
  return { steps: [{ step }], reason, documents: all() };
}

/** Of fewer of the documents, and the others would be too many to leave out. */
const MOST_OTHERS = 0.05;

function choice(first: readonly Item[]): { step: string; reason: string } {
  // A title or a note beside a table is no document of its own.
  const tables = new Set(first.filter(({ kind }) => kind === 'record').map(({ origins: [{ file }] }) => file));
  const own = first.filter(({ kind, origins: [{ file }] }) => kind !== 'text' || !tables.has(file));
  const counts = [...Map.groupBy(own, ({ kind }) => kind)]
    .map(([kind, { length }]) => ({ kind, length }))
    .sort((a, b) => b.length - a.length);
  const [{ kind, length } = { kind: 'text', length: 0 } as const] = counts;
  const { step, reason } = USUAL[kind];
  if (first.length === 1) return { step, reason: `the document holds ${reason}` };
  if (length >= own.length * (1 - MOST_OTHERS))
    return { step, reason: `${length} of the first ${first.length} documents are ${reason}` };
  const kinds = counts.map((one) => `${one.length} are ${USUAL[one.kind].reason.split(':')[0]}`).join(', ');
  const others = [...new Set(counts.map((one) => USUAL[one.kind].step))].filter((name) => name !== 'chunks');
  return {
    step: 'chunks',
    reason:
      `of the first ${first.length} documents ${kinds}: all in chunks, so that none is left out (--step ` +
      `${others.join(' or --step ')} takes its kind only)`,
  };
}

const USUAL: Record<ItemKind, { step: string; reason: string }> = {
  text: { step: 'chunks', reason: 'running text: chunks for domain adaptation' },
  message: { step: 'conversations', reason: 'messages: conversations' },
  record: { step: 'records', reason: 'rows of tables: as they stand' },
  row: { step: 'records', reason: 'rows' },
};
