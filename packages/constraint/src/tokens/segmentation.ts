/** Segments fixed texts into the fewest tokens. */
import type { TokenTrie } from './token-trie.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Fewest tokens for the rest of a text from each offset; Infinity if the vocabulary cannot spell it. */
export function tokensFrom(trie: TokenTrie, text: Uint8Array): Float64Array {
  const counts = new Float64Array(text.length + 1).fill(Infinity);
  counts[text.length] = 0;
  for (let place = text.length - 1; place >= 0; place--) {
    for (const { end } of trie.at(text, place)) counts[place] = Math.min(counts[place], 1 + counts[end]);
  }
  return counts;
}

/**
 * A text in the fewest tokens; undefined if it cannot be spelt.
 * @param isFirst whether it begins an answer
 */
export function segment({ first, later }: Vocabulary, text: Uint8Array, isFirst: boolean): number[] | undefined {
  const counts = tokensFrom(later, text);
  const ids: number[] = [];
  for (let place = 0; place < text.length;) {
    let best: { id: number; end: number } | undefined;
    for (const next of (isFirst && place === 0 ? first : later).at(text, place)) {
      if (counts[next.end] < (best === undefined ? Infinity : counts[best.end])) best = next;
    }
    if (best === undefined) return undefined;
    ids.push(best.id);
    place = best.end;
  }
  return ids;
}
