/** What firms, brands, dishes, plants, works and places are called, as far as lists know: a Bloom filter, by sort. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Form, Token } from './tokens.ts';

/** Bits of the filter; of some 140,000 entries, one word in a thousand that is none is taken for one. */
export const THING_BITS = 1 << 21;
const HASHES = 5;

/** What a word alone is, and whether it stands in a phrase of two or three words that is one. */
export const THING = { word: 1, place: 2, phrase: 4 } as const;

function joined(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/** What the filter keeps of the hashes of up to three words. */
export function thingKey(sort: number, one: number, two = 0, three = 0): number {
  return joined(joined(joined(joined(0x811c9dc5, sort), one), two), three);
}

/** Where a bit of a key is. */
export function thingBit(key: number, index: number): number {
  return (key + Math.imul(index, Math.imul(key ^ (key >>> 13), 0x5bd1e995) | 1)) & (THING_BITS - 1);
}

/** All of them. */
export function thingBitsOf(key: number): number[] {
  return Array.from({ length: HASHES }, (_, index) => thingBit(key, index));
}

let filter: Uint8Array | undefined;

function isKept(key: number): boolean {
  filter ??= readFileSync(fileURLToPath(new URL('../../../../assets/names/things.bin', import.meta.url)));
  for (let index = 0; index < HASHES; index++) {
    const bit = thingBit(key, index);
    if ((filter[bit >> 3] & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** "Bosch-Bohrer" and "Harvey's" are of those firms. */
function aloneOf({ hash, bare }: Form): number {
  const isWord = isKept(thingKey(THING.word, hash)) || (bare !== hash && isKept(thingKey(THING.word, bare)));
  return (isWord ? THING.word : 0) | (isKept(thingKey(THING.place, hash)) ? THING.place : 0);
}

/** How far around a word other things count, and how many. */
const NEAR = 12;
const MOST_NEAR = 3;

/** Of each token of a text. */
export class Things {
  /** Bits of `THING`. */
  readonly bits: Uint8Array;
  /** How many things that are no places stand before each token. */
  readonly #before: Uint32Array;

  constructor(tokens: readonly Token[], hidden: ReadonlySet<number> = new Set()) {
    this.bits = new Uint8Array(tokens.length);
    this.#before = new Uint32Array(tokens.length + 1);
    for (let at = 0; at < tokens.length; at++) if (tokens[at].isCapital && !hidden.has(at)) this.#mark(tokens, at);
    for (let at = 0; at < tokens.length; at++)
      this.#before[at + 1] = this.#before[at] + ((this.bits[at] & (THING.word | THING.phrase)) === 0 ? 0 : 1);
  }

  #mark(tokens: readonly Token[], at: number): void {
    const { form } = tokens[at];
    const one = form.hash;
    this.bits[at] |= form.thing ??= aloneOf(form);
    if (at + 1 >= tokens.length || tokens[at + 1].text === '\n') return;
    const two = tokens[at + 1].form.hash;
    const isThree = at + 2 < tokens.length && isKept(thingKey(THING.phrase, one, two, tokens[at + 2].form.hash));
    if (!isThree && !isKept(thingKey(THING.phrase, one, two))) return;
    for (let word = at; word < at + (isThree ? 3 : 2); word++) this.bits[word] |= THING.phrase;
  }

  /** Other things around a word, but for what stands beside it. */
  near(at: number): number {
    const [from, to] = [Math.max(0, at - NEAR), Math.min(this.bits.length, at + NEAR + 1)];
    const beside = this.#before[Math.min(this.bits.length, at + 2)] - this.#before[Math.max(0, at - 1)];
    return Math.min(MOST_NEAR, this.#before[to] - this.#before[from] - beside);
  }
}
