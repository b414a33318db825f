/** Trie of a vocabulary's tokens by their bytes, laid out depth-first in typed arrays. */
import type { TokenBytes } from './token-bytes.ts';

export class TokenTrie {
  /** Number of ids that masks have room for. */
  readonly size: number;
  /** Byte on the edge that leads to each node. */
  readonly bytes: Uint8Array;
  /** Number of bytes from the root to each node. */
  readonly depths: Uint16Array;
  /** Index after each node's last descendant. */
  readonly ends: Int32Array;
  /** First token that ends at each node, or -1. */
  readonly tokens: Int32Array;
  /** Next token with the same bytes, by token, or -1; absent if all differ. */
  readonly twins: Int32Array | undefined;
  readonly #ofByte: Int32Array;
  /** Length of the longest token in bytes. */
  readonly depth: number;

  constructor(tokens: TokenBytes) {
    this.size = tokens.length;
    const sorted = sortedIds(tokens);
    const nodes = layOut(sorted.map((id) => tokens[id]!));
    this.bytes = Uint8Array.from(nodes.bytes);
    this.depths = Uint16Array.from(nodes.depths);
    this.depth = this.depths.reduce((most, depth) => Math.max(most, depth), 0);
    this.tokens = new Int32Array(nodes.bytes.length).fill(-1);
    const twins = new Int32Array(tokens.length).fill(-1);
    for (const [index, id] of sorted.entries()) {
      twins[id] = this.tokens[nodes.places[index]];
      this.tokens[nodes.places[index]] = id;
    }
    this.twins = twins.some((id) => id >= 0) ? twins : undefined;
    this.ends = endsOf(this.depths);
    this.#ofByte = new Int32Array(256).fill(-1);
    for (let node = 0; node < this.ends.length; node = this.ends[node]) this.#ofByte[this.bytes[node]] = node;
  }

  /** The token that is exactly this byte, or -1. */
  tokenOfByte(byte: number): number {
    return this.#ofByte[byte] < 0 ? -1 : this.tokens[this.#ofByte[byte]];
  }

  /** Tokens that match the text at an offset, each with the offset after it. */
  *at(text: Uint8Array, place: number): Generator<{ id: number; end: number }> {
    let node = place < text.length ? this.#ofByte[text[place]] : -1;
    for (let end = place + 1; node >= 0; end++) {
      if (this.tokens[node] >= 0) yield { id: this.tokens[node], end };
      node = end < text.length ? this.#child(node, text[end]) : -1;
    }
  }

  #child(node: number, byte: number): number {
    for (let child = node + 1; child < this.ends[node]; child = this.ends[child]) {
      if (this.bytes[child] === byte) return child;
    }
    return -1;
  }
}

/** Ids that have bytes, sorted by these and then by id. */
function sortedIds(tokens: TokenBytes): number[] {
  // Strings compare faster than arrays, and in Latin-1 a character is a byte.
  const texts = tokens.map((bytes) => (bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1')));
  const ids = [...tokens.keys()].filter((id) => texts[id] !== undefined);
  return ids.toSorted((a, b) => (texts[a]! < texts[b]! ? -1 : Number(texts[a]! > texts[b]!)) || a - b);
}

function layOut(sorted: readonly Uint8Array[]): { bytes: number[]; depths: number[]; places: number[] } {
  const bytes: number[] = [];
  const depths: number[] = [];
  let before: Uint8Array = new Uint8Array(0);
  const places = sorted.map((token) => {
    let shared = 0;
    while (shared < before.length && shared < token.length && before[shared] === token[shared]) shared++;
    for (let i = shared; i < token.length; i++) {
      bytes.push(token[i]);
      depths.push(i + 1);
    }
    before = token;
    return bytes.length - 1;
  });
  return { bytes, depths, places };
}

function endsOf(depths: Uint16Array): Int32Array {
  const ends = new Int32Array(depths.length).fill(depths.length);
  const open: number[] = [];
  for (let node = 0; node < depths.length; node++) {
    while (open.length >= depths[node]) ends[open.pop()!] = node;
    open.push(node);
  }
  return ends;
}
