/**
 * Random numbers without a state: a value is a function of a key `(seed, purpose, ...integers)` and an index, so it
 * does not depend on the order of calls, on micro-batches, ranks or recomputation.
 *
 * The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). A key's
 * parts are absorbed one after the other through the same function into Philox's 64-bit key; the index is the counter.
 */

/** `[seed, purpose, ...integers]`; the integers distinguish draws: epoch, step, row, site. */
export type RandomKey = readonly [seed: number, purpose: string, ...integers: number[]];

type Words = [number, number, number, number];

/** One Philox4x32-10 block: a 128-bit counter under a 64-bit key, as unsigned 32-bit words, lowest word first. */
export function philox4x32(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    // Passed as separate values: destructuring a list in each round would take as long as the round.
    c0 = high1 ^ c1 ^ k0;
    c1 = Math.imul(0xcd9e8d57, c2);
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The key as one signed 64-bit integer, the form that operators take. */
export function philoxWord(key: RandomKey): bigint {
  const [low, high] = philoxKey(key);
  return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

/** Upper 32 bits of the 64-bit product of two 32-bit words. No sum reaches 2^32, so V8 computes with integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const carried = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carried >>> 16)) >>> 0;
}

// The counter's top word marks the kind of input absorbed, so that texts, integers and draws cannot collide.
const DRAW = 0;
const SEED = 1;
const PURPOSE = 2;
const INTEGER = 3;

/** Philox's 64-bit key for a random key, for code that draws many values itself (a native kernel, for example). */
export function philoxKey([seed, purpose, ...integers]: RandomKey): [number, number] {
  return philoxKeys(seed, purpose)(...integers);
}

/** `philoxKey` for many keys that differ only in their integers. */
export function philoxKeys(seed: number, purpose: string): (...integers: number[]) => [number, number] {
  let state = absorb([0, 0], seed, SEED, 0);
  const bytes = new TextEncoder().encode(purpose);
  for (let at = 0; at < bytes.length; at += 4) {
    const word = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
    state = absorb(state, word, PURPOSE, bytes.length);
  }
  return (...integers) =>
    integers.reduce((before, integer) => absorb(before, integer, INTEGER, integers.length), state);
}

function absorb(state: [number, number], value: number, tag: number, length: number): [number, number] {
  if (!Number.isSafeInteger(value)) throw new RangeError(`A random key holds safe integers only, got ${value}`);
  const high = Math.floor(value / 0x100000000) >>> 0;
  const [k0, k1] = philox4x32([value >>> 0, high, length, tag], state);
  return [k0, k1];
}

/** A source of draws under one key: `index` picks the draw. */
class Draws {
  readonly #key: [number, number];
  #block: Words = [0, 0, 0, 0];
  #blockIndex = -1;

  constructor(key: RandomKey) {
    this.#key = philoxKey(key);
  }

  uint32(index: number): number {
    const block = Math.floor(index / 4);
    if (block !== this.#blockIndex) {
      this.#block = philox4x32([block >>> 0, Math.floor(block / 0x100000000) >>> 0, 0, DRAW], this.#key);
      this.#blockIndex = block;
    }
    return this.#block[index % 4];
  }
}

/** Uniform over 0 … 2^32 - 1. */
export function randomUint32(key: RandomKey, index = 0): number {
  return new Draws(key).uint32(index);
}

/** Uniform over [0, 1) with 53 random bits. */
export function randomUnit(key: RandomKey, index = 0): number {
  return randomUnits(key)(index);
}

/** `randomUnit` for many draws under one key. */
export function randomUnits(key: RandomKey): (index: number) => number {
  const draws = new Draws(key);
  return (index) => ((draws.uint32(2 * index) >>> 5) * 0x4000000 + (draws.uint32(2 * index + 1) >>> 6)) / 2 ** 53;
}

/** Uniform over the permutations of 0 … count - 1. */
export function randomPermutation(count: number, key: RandomKey): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  shuffle(order, key);
  return order;
}

/** A shuffled copy; the same key always gives the same order. */
export function shuffled<T>(array: readonly T[], key: RandomKey): T[] {
  const copy = [...array];
  shuffle(copy, key);
  return copy;
}

/** A uniformly random subset of 0 … total - 1 with `count` elements, unordered. */
export function randomSubset(count: number, total: number, key: RandomKey): Uint32Array {
  const order = Uint32Array.from({ length: total }, (_, index) => index);
  shuffle(order, key, count);
  return order.subarray(total - count);
}

/**
 * Fisher-Yates without bias: draws in the uneven tail of the 32-bit range are rejected. Shuffles the last `picks`
 * places.
 */
function shuffle(array: { [index: number]: unknown; length: number }, key: RandomKey, picks = array.length): void {
  const draws = new Draws(key);
  let next = 0;
  for (let last = array.length - 1; last > 0 && last >= array.length - picks; last--) {
    const bound = last + 1;
    const limit = 0x100000000 - (0x100000000 % bound);
    let draw = draws.uint32(next++);
    while (draw >= limit) draw = draws.uint32(next++);
    const pick = draw % bound;
    [array[last], array[pick]] = [array[pick], array[last]];
  }
}
