/** States of a walk: what has begun and where it may go on, each kept once, and the table that leads from one to the next. */
import { GrowingArray } from '../../../base/growing-array.ts';
import { SYMBOLS } from './symbols.ts';

/** Leads nowhere. */
export const DEAD = 0;
/** Not asked for yet. */
export const UNKNOWN = 0xffff;
const FIRST_ROWS = 256;

export interface State {
  /** How many characters were read. */
  depth: number;
  /** Expressions whose matches may begin as what was read did. */
  found: readonly number[];
  /** Numbers of the nodes where it goes on; none where all is known. */
  nodes: Uint32Array;
}

export class States {
  count = 0;
  /** By state and symbol, the state that follows. It is another one once it has grown. */
  table = new Uint16Array(SYMBOLS * FIRST_ROWS).fill(UNKNOWN);
  readonly #depths = new GrowingArray(Uint16Array);
  /** Of each state how many it has found, these, and its nodes. */
  readonly #numbers = new GrowingArray(Uint32Array);
  readonly #firsts = new GrowingArray(Uint32Array);
  /** By hash the last state that has it, and of each state the one before it with the same. */
  readonly #lasts = new Map<number, number>();
  readonly #others = new GrowingArray(Uint16Array);

  constructor() {
    this.add({ depth: 0, found: [], nodes: new Uint32Array(0) });
    this.table.fill(DEAD, 0, SYMBOLS);
  }

  /** @returns the state's number, which it has already where it was added before */
  add(state: State): number {
    const hash = hashOf(state);
    const last = this.#lasts.get(hash) ?? UNKNOWN;
    for (let one = last; one !== UNKNOWN; one = this.#others.at(one)) if (this.#isSame(one, state)) return one;
    this.#depths.push(state.depth);
    this.#firsts.push(this.#numbers.length);
    this.#numbers.push(state.found.length);
    for (const id of state.found) this.#numbers.push(id);
    for (const node of state.nodes) this.#numbers.push(node);
    this.#others.push(last);
    this.#lasts.set(hash, this.count);
    if ((this.count + 1) * SYMBOLS > this.table.length) this.#grow();
    return this.count++;
  }

  depth(state: number): number {
    return this.#depths.at(state);
  }

  /** How many expressions it has found. */
  foundCount(state: number): number {
    return this.#numbers.at(this.#firsts.at(state));
  }

  found(state: number, index: number): number {
    return this.#numbers.at(this.#firsts.at(state) + 1 + index);
  }

  /** Good until more states are added. */
  nodes(state: number): Uint32Array {
    const first = this.#firsts.at(state);
    return this.#numbers.view.subarray(first + 1 + this.#numbers.at(first), this.#end(state));
  }

  goesOn(state: number): boolean {
    const first = this.#firsts.at(state);
    return first + 1 + this.#numbers.at(first) < this.#end(state);
  }

  #end(state: number): number {
    return state + 1 < this.count ? this.#firsts.at(state + 1) : this.#numbers.length;
  }

  #isSame(state: number, { depth, found, nodes }: State): boolean {
    const first = this.#firsts.at(state);
    if (this.#depths.at(state) !== depth || this.#numbers.at(first) !== found.length) return false;
    if (this.#end(state) - first !== 1 + found.length + nodes.length) return false;
    let at = first;
    for (const id of found) if (this.#numbers.at(++at) !== id) return false;
    for (const node of nodes) if (this.#numbers.at(++at) !== node) return false;
    return true;
  }

  #grow(): void {
    const table = new Uint16Array(this.table.length * 2).fill(UNKNOWN);
    table.set(this.table);
    this.table = table;
  }
}

/** FNV-1a over the numbers. */
function hashOf({ depth, found, nodes }: State): number {
  let hash = Math.imul(0x811c9dc5 ^ depth, 0x01000193);
  for (const id of found) hash = Math.imul(hash ^ id, 0x01000193);
  // What is found is told from where it goes on.
  hash = Math.imul(hash ^ 0x10000, 0x01000193);
  for (const node of nodes) hash = Math.imul(hash ^ node, 0x01000193);
  return hash;
}
