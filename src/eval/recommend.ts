import type { Example } from '../data/example.ts';
import { KEPT } from './collection.ts';
import { rowPredictor, type Predictor } from './predictor.ts';

/** Names of the highest scores that are not excluded, best first, of equal ones the first; undefined names are no items. */
export function best(
  scores: ArrayLike<number>,
  names: readonly (string | undefined)[],
  excluded: ReadonlySet<string>,
  count = KEPT,
): string[] {
  const places: number[] = [];
  for (const [place, name] of names.entries()) if (name !== undefined && !excluded.has(name)) places.push(place);
  places.sort((a, b) => scores[b] - scores[a] || a - b);
  return places.slice(0, count).map((place) => names[place]!);
}

/** Rows whose item to be predicted is one that they have before it: they are missed where that is not recommended. */
export function repeatedRows(examples: readonly Example[]): number {
  return examples.filter((example) => example.kind === 'items' && historyOf(example).includes(example.items.at(-1)!))
    .length;
}

/** What a row has before the item that is to be predicted. */
export function historyOf(example: Example): readonly string[] {
  return example.kind === 'items' ? example.items.slice(0, -1) : [];
}

/** All items of rows with how many rows have each, by name. */
export function itemCounts(histories: Iterable<readonly string[]>): { names: string[]; counts: Float64Array } {
  const found = new Map<string, number>();
  for (const items of histories) for (const item of new Set(items)) found.set(item, (found.get(item) ?? 0) + 1);
  const names = [...found.keys()].toSorted();
  return { names, counts: Float64Array.from(names, (name) => found.get(name)!) };
}

/** The items of rows that are items. */
export function itemsOf(train: readonly Example[]): (readonly string[])[] {
  return train.flatMap((example) => (example.kind === 'items' ? [example.items] : []));
}

/** A predictor from scores of all items given a history: what the row has already is not recommended unless that is wanted. */
export function itemPredictor(
  name: string,
  names: readonly string[],
  scoresOf: (history: readonly string[], example: Example) => ArrayLike<number>,
): Predictor {
  return rowPredictor(name, (example, options) => {
    const history = historyOf(example);
    const ranking = best(scoresOf(history, example), names, new Set(options?.keepSeen === true ? [] : history));
    return { text: ranking[0] ?? '', ranking };
  });
}
