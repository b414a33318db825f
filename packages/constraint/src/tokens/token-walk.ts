/** Runs an automaton over all tokens of a vocabulary in one walk of its trie. */
import { DEAD, type Pushdown } from '../automaton/pushdown.ts';
import type { TokenTrie } from './token-trie.ts';

/** Tokens that do not end in a dead state, with the state after each; valid until the next walk over the trie. */
export interface ReachedTokens {
  count: number;
  ids: Int32Array;
  states: Int32Array;
}

export class TokenWalk {
  readonly #trie: TokenTrie;
  readonly #reached: ReachedTokens;
  /** The state after each byte of the path to a node. */
  readonly #path: Int32Array;

  constructor(trie: TokenTrie) {
    this.#trie = trie;
    this.#reached = { count: 0, ids: new Int32Array(trie.size), states: new Int32Array(trie.size) };
    this.#path = new Int32Array(trie.depth + 1);
  }

  /** Skips whole subtrees after a dead end. One loop without calls: a vocabulary has half a million nodes. */
  from(automaton: Pushdown, start: number): ReachedTokens {
    const { bytes, depths, ends, tokens, twins } = this.#trie;
    const { transitions } = automaton;
    automaton.beginWalk();
    const { classOf, classes } = transitions;
    const { ids, states } = this.#reached;
    const path = this.#path;
    let { table } = transitions;
    let count = 0;
    path[0] = start;
    for (let node = 0; node < bytes.length;) {
      const depth = depths[node];
      const before = path[depth - 1];
      let next = table[before * classes + classOf[bytes[node]]];
      if (next < DEAD) {
        next = automaton.step(before, bytes[node]);
        ({ table } = transitions);
      }
      if (next === DEAD) {
        node = ends[node];
        continue;
      }
      path[depth] = next;
      for (let id = tokens[node]; id >= 0; id = twins === undefined ? -1 : twins[id]) {
        ids[count] = id;
        states[count++] = next;
      }
      node++;
    }
    this.#reached.count = count;
    return this.#reached;
  }
}
