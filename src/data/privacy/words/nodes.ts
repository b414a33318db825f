/** The automaton of beginnings: nodes by their numbers, in columns, for there are some hundred thousand. */
import { GrowingArray } from '../../../base/growing-array.ts';
import { SYMBOLS } from './symbols.ts';

/** In place of a set of symbols: goes on without a character; and the beginning is over. */
export const FREE = 0;
export const END = 1;
/** Of symbols: their numbers have 16 bits. */
export const MOST_SETS = 1 << 16;

/** Goes on to all of `next`: with a character of `takes` or without one, with `before` only behind such a symbol. */
export interface Node {
  next: readonly number[];
  takes?: Uint8Array;
  before?: Uint8Array;
  /** The beginning is over. */
  isEnd?: boolean;
}

export interface Columns {
  /** FREE, END or the number of a set. */
  takes: Uint16Array;
  /** The number of a set; FREE where anything may stand before. */
  before: Uint16Array;
  /** The expression that a node is of. */
  owners: Uint16Array;
  /** Where a node's followers begin in `followers`; one more at the end. */
  firsts: Uint32Array;
  followers: Uint32Array;
  /** By set and symbol, 1 where the set has it. */
  holds: Uint8Array;
}

export class Nodes {
  readonly #takes = new GrowingArray(Uint16Array);
  readonly #before = new GrowingArray(Uint16Array);
  readonly #owners = new GrowingArray(Uint16Array);
  readonly #firsts = new GrowingArray(Uint32Array);
  readonly #followers = new GrowingArray(Uint32Array);
  /** FREE and END are none. */
  readonly #sets: Uint8Array[] = [new Uint8Array(SYMBOLS), new Uint8Array(SYMBOLS)];
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<Uint8Array, number>();

  /** @returns the node's number; its followers have theirs already */
  add({ next, takes, before, isEnd = false }: Node, owner: number): number {
    this.#owners.push(owner);
    this.#takes.push(isEnd ? END : takes === undefined ? FREE : this.setNumber(takes));
    this.#before.push(before === undefined ? FREE : this.setNumber(before));
    this.#firsts.push(this.#followers.length);
    for (const one of next) this.#followers.push(one);
    return this.#takes.length - 1;
  }

  /** Equal sets have one number. */
  setNumber(set: Uint8Array): number {
    const known = this.#known.get(set);
    if (known !== undefined) return known;
    const key = set.join('');
    const number = this.#numbers.get(key) ?? this.#sets.push(set) - 1;
    if (number >= MOST_SETS) throw new Error('more sets of symbols than have a number');
    this.#numbers.set(key, number);
    this.#known.set(set, number);
    return number;
  }

  takes(node: number): number {
    return this.#takes.at(node);
  }

  setOf(node: number): Uint8Array {
    return this.#sets[this.#takes.at(node)];
  }

  next(node: number): number[] {
    const end = node + 1 < this.#firsts.length ? this.#firsts.at(node + 1) : this.#followers.length;
    return Array.from(this.#followers.view.subarray(this.#firsts.at(node), end));
  }

  /** Of all that were added. */
  columns(): Columns {
    const holds = new Uint8Array(this.#sets.length * SYMBOLS);
    for (const [number, set] of this.#sets.entries()) holds.set(set, number * SYMBOLS);
    const firsts = new Uint32Array(this.#firsts.length + 1);
    firsts.set(this.#firsts.view);
    firsts[this.#firsts.length] = this.#followers.length;
    return {
      takes: this.#takes.view.slice(),
      before: this.#before.view.slice(),
      owners: this.#owners.view.slice(),
      firsts,
      followers: this.#followers.view.slice(),
      holds,
    };
  }
}
