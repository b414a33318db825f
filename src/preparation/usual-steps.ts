import { plural } from '../base/format.ts';
import { charactersOf, type Item, type ItemKind } from '@attune/documents';
import type { StepSpec } from './run-steps.ts';

/** Number of documents examined to choose steps; fewer if they are long, since they are kept in memory. */
const LOOKED_AT = 200;
const ENOUGH_CHARACTERS = 1 << 22;

interface UsualSteps {
  steps: StepSpec[];
  /** Explanation for people. */
  reason: string;
  /** All documents, including those already examined. */
  documents: AsyncIterable<Item>;
  /** Better steps for all documents, if the first ones were misleading. */
  outgrown(): Pick<UsualSteps, 'steps' | 'reason'> | undefined;
}

/** Chooses steps that suit the majority of the first documents. */
export async function usualSteps(documents: AsyncGenerator<Item, void, undefined>): Promise<UsualSteps> {
  const counts = new Kinds();
  const first: Item[] = [];
  let characters = 0;
  while (first.length < LOOKED_AT && characters < ENOUGH_CHARACTERS) {
    const { value, done } = await documents.next();
    if (done === true) break;
    first.push(value);
    counts.add(value);
    characters += charactersOf(value);
  }
  const chosen = counts.choice(first.length);
  const all = async function* all(): AsyncGenerator<Item> {
    for (let next = first.shift(); next !== undefined; next = first.shift()) yield next;
    for await (const item of documents) {
      counts.add(item);
      yield item;
    }
  };
  const outgrown = () => {
    const suited = counts.choice();
    if (suited.step === chosen.step || chosen.step === EVERYTHING) return undefined;
    return { steps: [{ step: suited.step }], reason: suited.reason };
  };
  return { steps: [{ step: chosen.step }], reason: chosen.reason, documents: all(), outgrown };
}

/** The step that accepts every kind of document. */
const EVERYTHING = 'chunks';
/** Maximum share of other documents that may be left out. */
const MOST_OTHERS = 0.05;

/** Counts documents by kind. A table counts once, whatever its number of rows. */
class Kinds {
  readonly #tables = new Map<string, ItemKind>();
  /** Text counts by file, since titles and notes in a table's file do not count as documents. */
  readonly #texts = new Map<string, number>();
  #messages = 0;

  add({ kind, origins: [{ file }] }: Item): void {
    if (kind === 'message') this.#messages++;
    else if (kind === 'text') this.#texts.set(file, (this.#texts.get(file) ?? 0) + 1);
    else this.#tables.set(file, kind);
  }

  /** @param looked number of documents examined, if only the first ones were */
  choice(looked?: number): { step: string; reason: string } {
    const texts = [...this.#texts].reduce((sum, [file, count]) => sum + (this.#tables.has(file) ? 0 : count), 0);
    const tables = Map.groupBy(this.#tables.values(), (kind) => kind);
    const counts = [
      { kind: 'text' as const, length: texts },
      { kind: 'message' as const, length: this.#messages },
      ...[...tables].map(([kind, { length }]) => ({ kind, length })),
    ]
      .filter(({ length }) => length > 0)
      .toSorted((a, b) => b.length - a.length);
    const [{ kind, length } = { kind: 'text', length: 0 } as const] = counts;
    const { step, reason } = USUAL[kind];
    const all = counts.reduce((sum, one) => sum + one.length, 0);
    if (all === 1) return { step, reason: `the document contains ${reason}` };
    const among = `${looked === undefined ? 'the' : 'the first'} ${plural(all, 'documents')}`;
    if (length >= all * (1 - MOST_OTHERS)) return { step, reason: `${length} of ${among} are ${reason}` };
    const kinds = counts.map((one) => `${one.length} are ${USUAL[one.kind].reason.split(':')[0]}`).join(', ');
    const others = [...new Set(counts.map((one) => USUAL[one.kind].step))].filter((name) => name !== EVERYTHING);
    return {
      step: EVERYTHING,
      reason: `of ${among} ${kinds}: all as chunks, so that none is left out (--step ${others.join(' or --step ')} only takes its kind)`,
    };
  }
}

const USUAL: Record<ItemKind, { step: string; reason: string }> = {
  text: { step: 'chunks', reason: 'running text: chunks for domain adaptation' },
  message: { step: 'conversations', reason: 'messages: conversations' },
  record: { step: 'records', reason: 'table rows: unchanged' },
  row: { step: 'records', reason: 'rows' },
};
