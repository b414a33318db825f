/** Arbitrary text except for some patterns, whose occurrences are handed to other rules. */
import type { Grammar } from './grammar.ts';

/** Bytes and runs of white space. */
export type Pattern = readonly (number | 'space')[];

const SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

export interface FreeText {
  patterns: readonly Pattern[];
  /** Matches the pattern only at the start of the text; otherwise anywhere. */
  isAtStart?: boolean;
  /** Node that a pattern leads to; without it, text that contains the pattern is excluded. */
  found?: number;
}

/** Adds free text to a grammar and returns its first node. The text may end anywhere except within a pattern. */
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

/** Progress within a pattern. */
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

/** Adds the positions after optional white space; distinct, in order. */
function closed(patterns: readonly Pattern[], places: readonly Place[]): Place[] {
  const all = [...places];
  for (const { pattern, at } of all) if (patterns[pattern][at] === 'space') all.push({ pattern, at: at + 1 });
  const distinct = new Map(all.map((place) => [`${place.pattern}:${place.at}`, place]));
  return [...distinct.values()].toSorted((a, b) => a.pattern - b.pattern || a.at - b.at);
}

/** Merges bytes that lead to the same node into one edge. */
function addEdges(grammar: Grammar, from: number, target: (byte: number) => number | undefined): void {
  const targets = Array.from({ length: 256 }, (_, byte) => target(byte));
  for (let low = 0, high = 0; low < 256; low = high) {
    while (high < 256 && targets[high] === targets[low]) high++;
    const to = targets[low];
    if (to !== undefined) grammar.addBytes(from, [low, high - 1], to);
  }
}
