// R rows, D width
import type { ItemsExample } from '../../data/example.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import { itemNames } from '../../models/text/index.ts';
import type { PreparedRow } from '../tasks/rows/prepared-rows.ts';
import { sideBySide, type Found, type StoredIndex } from '../../engine/vectors/index.ts';
import { traitsOf } from '../../models/base-traits.ts';
import { inBatches } from '../tasks/answers/batched.ts';
import { historyRow, lastStates } from '../tasks/answers/items.ts';
import { openItemIndex } from './item-index.ts';
import { openModel, type OpenedModel } from '../model/open-model.ts';

export interface RecommendOptions {
  /** Number of items per row. */
  count: number;
  /** Whether items of the row's history may be recommended. */
  keepSeen: boolean;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Likely next items of one row. */
export interface Recommendation {
  /** Items of the row that the model does not know; they are skipped. */
  unknown?: string[];
  /** Best first, scored by the dot product of the row's vector and the item's. */
  items: { item: string; score: number }[];
}

/** A recommendation model with its index. */
export class Recommender {
  readonly #opened: OpenedModel;
  readonly #index: Omit<StoredIndex, 'madeBy'>;
  readonly #names: readonly (string | undefined)[];

  private constructor(opened: OpenedModel, index: Omit<StoredIndex, 'madeBy'>) {
    this.#opened = opened;
    this.#index = index;
    this.#names = itemNames(opened.tokenizer);
  }

  /** @throws AttuneError E_NO_ITEMS, E_INDEX_… */
  static async open(target: string): Promise<Recommender> {
    const opened = await openModel(target, { precision: 'f32' });
    return new Recommender(opened, await openItemIndex(opened));
  }

  get about(): { kind: 'exact' | 'clustered'; items: number } {
    const { kind, count } = this.#index.index;
    return { kind, items: count };
  }

  /** Likely next items of each row, in order. */
  async recommend(examples: readonly ItemsExample[], options: RecommendOptions): Promise<Recommendation[]> {
    const { count, keepSeen } = options;
    const states = await statesOf(this.#opened, examples, options);
    const known = new Set(this.#names);
    const had = examples.map(({ items }) => new Set(keepSeen ? [] : items));
    // Requests extra items to make up for those that are removed afterwards.
    const most = count + had.reduce((largest, { size }) => Math.max(largest, size), 0);
    const found = this.#index.index.search(sideBySide(states), most);
    return examples.map(({ items }, i) => {
      const unknown = items.filter((item) => !known.has(item));
      const named = this.#named(found[i]).filter(({ item }) => !had[i].has(item));
      return { ...(unknown.length > 0 && { unknown }), items: named.slice(0, count) };
    });
  }

  #named({ rows, scores }: Found): { item: string; score: number }[] {
    return Array.from(rows, (row, i) => ({ item: this.#names[this.#index.ids[row]]!, score: scores[i] }));
  }
}

/** The model's state after each complete row: [D] each. */
async function statesOf(
  { model, tokenizer }: OpenedModel,
  examples: readonly ItemsExample[],
  { onProgress, signal }: RecommendOptions,
): Promise<Float32Array[]> {
  const { maxPositions } = traitsOf(model);
  const rows = examples.map((example) => historyRow(tokenizer, example, maxPositions));
  const read = (batch: readonly PreparedRow[]) => {
    const flat = noGrad(() => scope(() => lastStates({ model }, batch).toNumbers()));
    const { width } = model.trunk;
    return batch.map((_, r) => Float32Array.from(flat.slice(r * width, (r + 1) * width)));
  };
  // Histories are cut to what the model can read, so every row has a state.
  return (await inBatches(rows, { maxPositions, signal, onProgress }, read)) as Float32Array[];
}
