/** States of a walk: what has begun and where it may go on, each kept once, and the table that leads from one to the next. */
import { GrowingArray } from '../../../base/growing-array.ts';
import { SYMBOLS } from './symbols.ts';

/** Leads nowhere. */
export const DEAD = 0;
/** Not asked for yet. */
export const UNKNOWN = 0xffff;
const FIRST_ROWS = 256;
/** What a state is, as bits: expressions are found there, and it may go on. */
export const FINDS = 1;
export const GOES_ON = 2;

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
  /** Of each state the expressions that it has found. */
  readonly found: (readonly number[])[] = [];
  /** Of each state FINDS and GOES_ON. */
  readonly kinds = new Uint8Array(UNKNOWN);
  readonly #depths = new GrowingArray(Uint16Array);
  /** All states' nodes, and of each state where its own begin. */
  readonly #nodes = new GrowingArray(Uint32Array);
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
    this.found.push(state.found);
    this.#firsts.push(this.#nodes.length);
    for (const node of state.nodes) this.#nodes.push(node);
    this.#others.push(last);
    this.#lasts.set(hash, this.count);
    this.kinds[this.count] = (state.found.length > 0 ? FINDS : 0) | (state.nodes.length > 0 ? GOES_ON : 0);
    if ((this.count + 1) * SYMBOLS > this.table.length) this.#grow();
    return this.count++;
  }

  depth(state: number): number {
    return this.#depths.at(state);
  }

  /** Good until more states are added. */
  nodes(state: number): Uint32Array {
    return this.#nodes.view.subarray(this.#firsts.at(state), this.#end(state));
  }

  #end(state: number): number {
    return state + 1 < this.count ? this.#firsts.at(state + 1) : this.#nodes.length;
  }

  #isSame(state: number, { depth, found, nodes }: State): boolean {
    const [first, known] = [this.#firsts.at(state), this.found[state]];
    if (this.#depths.at(state) !== depth || known.length !== found.length) return false;
    if (this.#end(state) - first !== nodes.length || known.some((id, index) => id !== found[index])) return false;
    for (let index = 0; index < nodes.length; index++) if (this.#nodes.at(first + index) !== nodes[index]) return false;
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
