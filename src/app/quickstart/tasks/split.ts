import { shuffled } from '../../../base/random.ts';
import { findNearDuplicates } from '../../../data/near-duplicates.ts';
import { UnionFind } from '../../../data/union-find.ts';
import { sha256 } from '../../../files/hash.ts';
import type { FetchOptions } from '../../fetch/fetch-options.ts';
import type { TaskFiles, TaskRow } from './task.ts';

/** A row with the keys that relate it to other rows. */
export interface RelatedRow {
  prompt: string;
  completion: string;
  /** Rows that share a key (source package, equal text, same stem) are never in different splits. */
  keys: readonly [string, ...string[]];
  /** Whether the row may be held out; false if the base model may have seen its text. */
  mayTest: boolean;
}

export interface SplitSizes {
  validation: number;
  test: number;
  /** Maximum number of training rows. */
  train?: number;
}

const SEED = 20_260_101;

/**
 * Clusters related rows and near-duplicates, and assigns whole clusters to splits. A held-out cluster keeps one row,
 * so that held-out rows are independent of each other. Deterministic for the same rows.
 */
export async function splitRows(
  rows: readonly RelatedRow[],
  sizes: SplitSizes,
  options: FetchOptions = {},
): Promise<Record<keyof TaskFiles, TaskRow[]>> {
  const clusters = await clusterRows(rows, options.signal);
  const testable = clusters.filter((cluster) => cluster.every((row) => rows[row].mayTest));
  const ranked = testable.map((cluster) => ({ cluster, rank: rankOf(rows[cluster[0]]) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const held = ranked.slice(0, sizes.test + sizes.validation).map(({ cluster }) => cluster);
  const isHeld = new Set(held);
  const train = clusters.filter((cluster) => !isHeld.has(cluster)).flat();
  const first = ([row]: readonly number[]) => taskRow(rows[row]);
  return {
    test: held.slice(0, sizes.test).map(first),
    validation: held.slice(sizes.test).map(first),
    train: shuffled(train, [SEED, 'quickstart-train'])
      .slice(0, sizes.train)
      .map((row) => taskRow(rows[row])),
  };
}

async function clusterRows(rows: readonly RelatedRow[], signal?: AbortSignal): Promise<number[][]> {
  const sets = new UnionFind(rows.length);
  const firstOf = new Map<string, number>();
  for (const [index, { keys }] of rows.entries()) {
    for (const key of keys) {
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, index);
      else sets.union(first, index);
    }
  }
  const textOf = (index: number) => `${rows[index].prompt}\n${rows[index].completion}`;
  const { links } = await findNearDuplicates(rows.length, textOf, { commonShare: 1, signal });
  for (const [a, b] of links) sets.union(a, b);
  return sets.sets();
}

/** Position of a row in the order of clusters, independent of other rows. */
function rankOf({ prompt, completion }: RelatedRow): string {
  return sha256(JSON.stringify([SEED, prompt, completion]));
}

function taskRow({ prompt, completion, keys: [group] }: RelatedRow): TaskRow {
  return { prompt, completion, group };
}
