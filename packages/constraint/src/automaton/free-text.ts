/** Text that may be anything but for some beginnings: what a pattern finds in it is written by other rules. */
import type { Grammar } from './grammar.ts';

/** Bytes, and stretches of white space. */
export type Pattern = readonly (number | 'space')[];

const SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

export interface FreeText {
  patterns: readonly Pattern[];
  /** Only where the text begins; otherwise anywhere. */
  isAtStart?: boolean;
  /** Where a pattern leads; without, text with one is not this text. */
  found?: number;
}

/** Writes free text into a grammar; gives its first node. The text may end anywhere but inside of what was found. */
export function addFreeText(grammar: Grammar, { patterns, isAtStart = false, found }: FreeText): number {
  const begin = closed(
    patterns,
    patterns.map((_, pattern) => ({ pattern, at: 0 })),
  );
  const nodes = new Map<string, number>();
  const waiting: { node: number; places: readonly Place[] }[] = [];
  const nodeOf = (places: readonly Place[]): number => {
    const key = places.map(({ pattern, at }) => `${pattern}:${at}`).join();
    let node = nodes.get(key);
    if (node === undefined) {
      nodes.set(key, (node = grammar.addNode()));
      grammar.setFree(node);
      waiting.push({ node, places });
    }
    return node;
  };
  const start = nodeOf(begin);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, places } = next;
    addEdges(grammar, node, (byte) => {
      const moved = closed(patterns, [...moves(patterns, places, byte), ...(isAtStart ? [] : begin)]);
      return moved.some(({ pattern, at }) => at === patterns[pattern].length) ? found : nodeOf(moved);
    });
  }
  return start;
}

/** How far a pattern has come. */
interface Place {
  pattern: number;
  at: number;
}

function moves(patterns: readonly Pattern[], places: readonly Place[], byte: number): Place[] {
  return places.flatMap(({ pattern, at }) => {
    const symbol = patterns[pattern][at];
    if (symbol === 'space') return SPACE.has(byte) ? [{ pattern, at }] : [];
    return symbol === byte ? [{ pattern, at: at + 1 }] : [];
  });
}

/** White space may be none; each place once, in their order. */
function closed(patterns: readonly Pattern[], places: readonly Place[]): Place[] {
  const all = [...places];
  for (const { pattern, at } of all) if (patterns[pattern][at] === 'space') all.push({ pattern, at: at + 1 });
  const distinct = new Map(all.map((place) => [`${place.pattern}:${place.at}`, place]));
  return [...distinct.values()].toSorted((a, b) => a.pattern - b.pattern || a.at - b.at);
}

/** Bytes that lead to one node share an edge. */
function addEdges(grammar: Grammar, from: number, target: (byte: number) => number | undefined): void {
  const targets = Array.from({ length: 256 }, (_, byte) => target(byte));
  for (let low = 0, high = 0; low < 256; low = high) {
    while (high < 256 && targets[high] === targets[low]) high++;
    const to = targets[low];
    if (to !== undefined) grammar.addBytes(from, [low, high - 1], to);
  }
}
