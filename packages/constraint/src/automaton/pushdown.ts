/**
 * Runs a grammar over bytes. A state is a set of positions in the rules, each with its stack of return addresses.
 * States are created on first use and numbered, so that a repeated transition is one table lookup.
 */
import { tooLarge } from '../too-large.ts';
import type { CostModel } from './costs.ts';
import type { PackedGrammar } from './packed-grammar.ts';
import { Transitions } from './transitions.ts';

/** Maximum positions that one walk over a vocabulary may enter: about a second. */
const MOST_PLACES = 3_000_000;

/** The state without continuation or accepted text. */
export const DEAD = -1;
const EMPTY_STACK = 0;

interface State {
  /** Positions with byte edges, as pairs of node and stack. */
  nodes: Int32Array;
  stacks: Int32Array;
  isAccepting: boolean;
  isFree: boolean;
  cost: number;
  leastBytes: number;
}

/** A grammar with the costs of reaching its ends. */
export interface CostedGrammar {
  grammar: PackedGrammar;
  /** Tokens to the end of the rule, by node; Infinity if none is reachable. */
  costs: Float64Array;
  /** The same costs in bytes. */
  byteCosts: Float64Array;
}

export class Pushdown {
  readonly #grammar: PackedGrammar;
  readonly #ofBytes: CostModel['ofBytes'];
  readonly #costs: Float64Array;
  readonly #byteCosts: Float64Array;
  readonly #width: number;
  /** Positions entered by the current walk. */
  #entered = 0;
  /** Memoised results of `step`, for callers in inner loops. */
  readonly transitions: Transitions;
  readonly #stackNode: number[] = [-1];
  readonly #stackBelow: number[] = [-1];
  readonly #stackCost: number[] = [0];
  readonly #stackBytes: number[] = [0];
  readonly #stacks = new Map<number, number>();
  readonly #states: State[] = [];
  readonly #known = new Map<string, number>();
  /** The initial state, or DEAD if the grammar is empty. */
  readonly start: number;

  /** `ofBytes`: the model that the costs were computed with. */
  constructor({ grammar, costs, byteCosts }: CostedGrammar, ofBytes: CostModel['ofBytes']) {
    this.#grammar = grammar;
    this.#ofBytes = ofBytes;
    this.#costs = costs;
    this.#byteCosts = byteCosts;
    this.#width = grammar.isEnd.length;
    this.transitions = new Transitions(byteClasses(grammar));
    this.start = this.#enter([[grammar.starts[0], EMPTY_STACK]]);
  }

  /** Begins a walk, whose work is counted separately. */
  beginWalk(): void {
    this.#entered = 0;
  }

  get stateCount(): number {
    return this.#states.length;
  }

  /** The state after a byte, or DEAD. */
  step(state: number, byte: number): number {
    const known = this.transitions.get(state, byte);
    if (known !== undefined) return known;
    const next = this.#move(this.#states[state], byte);
    this.transitions.set(state, byte, next);
    return next;
  }

  /** The state after some bytes, or DEAD. */
  run(state: number, bytes: Uint8Array): number {
    let current = state;
    for (let i = 0; i < bytes.length && current !== DEAD; i++) current = this.step(current, bytes[i]);
    return current;
  }

  isAccepting(state: number): boolean {
    return this.#states[state].isAccepting;
  }

  /** Whether the text so far is free text. */
  isFree(state: number): boolean {
    return this.#states[state].isFree;
  }

  /** Upper bound on the tokens to a valid end; exact except for tokens that cross the borders of fixed texts. */
  cost(state: number): number {
    return this.#states[state].cost;
  }

  /** Length in bytes of the shortest text to a valid end. */
  leastBytes(state: number): number {
    return this.#states[state].leastBytes;
  }

  /** A text that leads from a state to a valid end at `cost(state)`, which must be finite. */
  completion(state: number): Uint8Array {
    const { nodes, stacks, isAccepting, cost } = this.#states[state];
    if (isAccepting) return new Uint8Array(0);
    const best = nodes.findIndex((node, i) => this.#costs[node] + this.#stackCost[stacks[i]] === cost);
    const bytes: number[] = [];
    let [node, stack] = [nodes[best], stacks[best]];
    const { isEnd } = this.#grammar;
    while (isEnd[node] === 0 || stack !== EMPTY_STACK) {
      if (isEnd[node] === 1) [node, stack] = [this.#stackNode[stack], this.#stackBelow[stack]];
      else [node, stack] = this.#follow({ node, stack }, bytes);
    }
    return Uint8Array.from(bytes);
  }

  /** Follows the cheapest edge. */
  #follow({ node, stack }: { node: number; stack: number }, bytes: number[]): [node: number, stack: number] {
    const { starts, literalFrom, literalEnd, literalTo, texts, jumpFrom, jumpTo, callFrom, callRule, callTo } =
      this.#grammar;
    const cost = this.#costs[node];
    if (literalTo[node] >= 0) {
      for (let at = literalFrom[node]; at < literalEnd[node]; at++) bytes.push(texts[at]);
      return [literalTo[node], stack];
    }
    for (let at = jumpFrom[node]; at < jumpFrom[node + 1]; at++)
      if (this.#costs[jumpTo[at]] === cost) return [jumpTo[at], stack];
    for (let at = callFrom[node]; at < callFrom[node + 1]; at++) {
      const start = starts[callRule[at]];
      if (this.#costs[start] + this.#costs[callTo[at]] === cost) return [start, this.#push(callTo[at], stack)];
    }
    return [this.#followByte(node, bytes), stack];
  }

  #followByte(node: number, bytes: number[]): number {
    const { byteFrom, byteLow, byteHigh, byteTo } = this.#grammar;
    let at = byteFrom[node];
    while (this.#ofBytes(byteLow[at], byteHigh[at]) + this.#costs[byteTo[at]] !== this.#costs[node]) at++;
    let byte = byteLow[at];
    while (this.#ofBytes(byte, byte) === Infinity) byte++;
    bytes.push(byte);
    return byteTo[at];
  }

  #move({ nodes, stacks }: State, byte: number): number {
    const { byteFrom, byteLow, byteHigh, byteTo } = this.#grammar;
    const places: [number, number][] = [];
    this.#entered += nodes.length;
    for (let i = 0; i < nodes.length; i++) {
      for (let at = byteFrom[nodes[i]]; at < byteFrom[nodes[i] + 1]; at++) {
        if (byteLow[at] <= byte && byte <= byteHigh[at]) places.push([byteTo[at], stacks[i]]);
      }
    }
    return places.length === 0 ? DEAD : this.#enter(places);
  }

  /**
   * The state of the given positions and everything reachable by jumps, calls and returns. @throws
   * E_CONSTRAINT_TOO_LARGE
   */
  #enter(places: [node: number, stack: number][]): number {
    const seen = new Set<number>();
    const kept: number[] = [];
    const { starts, isEnd, byteFrom, jumpFrom, jumpTo, callFrom, callRule, callTo } = this.#grammar;
    let isAccepting = false;
    let cost = Infinity;
    let leastBytes = Infinity;
    for (const [index, stack] of places) {
      const key = stack * this.#width + index;
      if (this.#byteCosts[index] === Infinity || seen.has(key)) continue;
      seen.add(key);
      if (++this.#entered > MOST_PLACES) throw tooLarge('The constraint', `more than ${MOST_PLACES} states at once`);
      if (byteFrom[index] < byteFrom[index + 1]) kept.push(key);
      cost = Math.min(cost, this.#costs[index] + this.#stackCost[stack]);
      leastBytes = Math.min(leastBytes, this.#byteCosts[index] + this.#stackBytes[stack]);
      for (let at = jumpFrom[index]; at < jumpFrom[index + 1]; at++) places.push([jumpTo[at], stack]);
      for (let at = callFrom[index]; at < callFrom[index + 1]; at++) {
        if (this.#byteCosts[callTo[at]] < Infinity) places.push([starts[callRule[at]], this.#push(callTo[at], stack)]);
      }
      if (isEnd[index] === 0) continue;
      if (stack === EMPTY_STACK) isAccepting = true;
      else places.push([this.#stackNode[stack], this.#stackBelow[stack]]);
    }
    if (kept.length === 0 && !isAccepting) return DEAD;
    const ends = isAccepting ? { cost: 0, leastBytes: 0 } : { cost, leastBytes };
    return this.#intern(
      kept.toSorted((a, b) => a - b),
      isAccepting,
      ends,
    );
  }

  #intern(keys: readonly number[], isAccepting: boolean, ends: Pick<State, 'cost' | 'leastBytes'>): number {
    const name = `${isAccepting ? 'accepting ' : ''}${keys.join()}`;
    let state = this.#known.get(name);
    if (state !== undefined) return state;
    state = this.#states.length;
    this.#known.set(name, state);
    const width = this.#width;
    this.transitions.add();
    this.#states.push({
      nodes: Int32Array.from(keys, (key) => key % width),
      stacks: Int32Array.from(keys, (key) => Math.floor(key / width)),
      isAccepting,
      isFree: keys.some((key) => this.#grammar.isFree[key % width] === 1),
      ...ends,
    });
    return state;
  }

  /**
   * Pushes a return address, except for tail calls: if the caller would only return itself, its own address suffices.
   */
  #push(node: number, below: number): number {
    const { isEnd, byteFrom, jumpFrom, callFrom } = this.#grammar;
    const hasEdges =
      byteFrom[node] < byteFrom[node + 1] || jumpFrom[node] < jumpFrom[node + 1] || callFrom[node] < callFrom[node + 1];
    if (isEnd[node] === 1 && !hasEdges) return below;
    const key = below * this.#width + node;
    let stack = this.#stacks.get(key);
    if (stack === undefined) {
      stack = this.#stackNode.push(node) - 1;
      this.#stackBelow.push(below);
      this.#stackCost.push(this.#costs[node] + this.#stackCost[below]);
      this.#stackBytes.push(this.#byteCosts[node] + this.#stackBytes[below]);
      this.#stacks.set(key, stack);
    }
    return stack;
  }
}

/** Groups bytes that no edge distinguishes into classes. */
function byteClasses({ byteLow, byteHigh }: PackedGrammar): { classOf: Uint8Array; classes: number } {
  const isBorder = new Uint8Array(257);
  for (const low of byteLow) isBorder[low] = 1;
  for (const high of byteHigh) isBorder[high + 1] = 1;
  let last = 0;
  const classOf = Uint8Array.from({ length: 256 }, (_, byte) => (byte > 0 && isBorder[byte] === 1 ? ++last : last));
  return { classOf, classes: last + 1 };
}
