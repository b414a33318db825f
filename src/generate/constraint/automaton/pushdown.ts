/**
 * Runs a grammar over bytes. Its states are sets of places in the rules, each with the stack of calls to return to;
 * they are made when first met and numbered, so that the same state is found again by one look into a table.
 */
import { pushAll } from '../../../base/many.ts';
import { costsToEnd, byteCosts, type CostModel } from './costs.ts';
import type { Grammar } from './grammar.ts';
import { Transitions } from './transitions.ts';

/** The state in which nothing can follow and nothing has been accepted. */
export const DEAD = -1;
const EMPTY_STACK = 0;

interface State {
  /** Places with byte edges, as pairs of node and stack. */
  nodes: Int32Array;
  stacks: Int32Array;
  isAccepting: boolean;
  isFree: boolean;
  cost: number;
  leastBytes: number;
}

export class Pushdown {
  readonly #grammar: Grammar;
  readonly #model: CostModel;
  readonly #costs: Float64Array;
  /** Bytes to the end of the rule; Infinity where no text leads there. */
  readonly #byteCosts: Float64Array;
  /** What is known of `step`, for those who ask more often than a call allows. */
  readonly transitions: Transitions;
  readonly #stackNode: number[] = [-1];
  readonly #stackBelow: number[] = [-1];
  readonly #stackCost: number[] = [0];
  readonly #stackBytes: number[] = [0];
  readonly #stacks = new Map<number, number>();
  readonly #states: State[] = [];
  readonly #known = new Map<string, number>();
  /** The first state, or DEAD where the grammar holds no text. */
  readonly start: number;

  constructor(grammar: Grammar, model: CostModel) {
    this.#grammar = grammar;
    this.#model = model;
    this.#costs = costsToEnd(grammar, model);
    this.#byteCosts = costsToEnd(grammar, byteCosts);
    this.transitions = new Transitions(byteClasses(grammar));
    this.start = this.#enter([[grammar.starts[0], EMPTY_STACK]]);
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

  /** Whether the text so far is free text, as far as it goes. */
  isFree(state: number): boolean {
    return this.#states[state].isFree;
  }

  /** An upper bound on the tokens to a valid end, exact up to tokens that reach over the borders of fixed texts. */
  cost(state: number): number {
    return this.#states[state].cost;
  }

  /** Bytes of the shortest text to a valid end. */
  leastBytes(state: number): number {
    return this.#states[state].leastBytes;
  }

  /** A text that leads from a state to a valid end at `cost(state)`, which is finite. */
  completion(state: number): Uint8Array {
    const { nodes, stacks, isAccepting, cost } = this.#states[state];
    if (isAccepting) return new Uint8Array(0);
    const best = nodes.findIndex((node, i) => this.#costs[node] + this.#stackCost[stacks[i]] === cost);
    const bytes: number[] = [];
    let [node, stack] = [nodes[best], stacks[best]];
    while (!this.#grammar.nodes[node].isEnd || stack !== EMPTY_STACK) {
      if (this.#grammar.nodes[node].isEnd) [node, stack] = [this.#stackNode[stack], this.#stackBelow[stack]];
      else [node, stack] = this.#follow({ node, stack }, bytes);
    }
    return Uint8Array.from(bytes);
  }

  /** Takes the cheapest edge. */
  #follow({ node, stack }: { node: number; stack: number }, bytes: number[]): [node: number, stack: number] {
    const { literal, bytes: edges, jumps, calls } = this.#grammar.nodes[node];
    const { starts } = this.#grammar;
    const cost = this.#costs[node];
    if (literal !== undefined) {
      pushAll(bytes, literal.text.subarray(literal.offset));
      return [literal.to, stack];
    }
    const jump = jumps.find((to) => this.#costs[to] === cost);
    if (jump !== undefined) return [jump, stack];
    const call = calls.find(({ rule, to }) => this.#costs[starts[rule]] + this.#costs[to] === cost);
    if (call !== undefined) return [starts[call.rule], this.#push(call.to, stack)];
    const edge = edges.find(({ low, high, to }) => this.#model.ofBytes(low, high) + this.#costs[to] === cost)!;
    let byte = edge.low;
    while (this.#model.ofBytes(byte, byte) === Infinity) byte++;
    bytes.push(byte);
    return [edge.to, stack];
  }

  #move({ nodes, stacks }: State, byte: number): number {
    const places: [number, number][] = [];
    for (let i = 0; i < nodes.length; i++) {
      for (const { low, high, to } of this.#grammar.nodes[nodes[i]].bytes) {
        if (low <= byte && byte <= high) places.push([to, stacks[i]]);
      }
    }
    return places.length === 0 ? DEAD : this.#enter(places);
  }

  /** The state of some places and all that jumps, calls and returns lead to from them. */
  #enter(places: [node: number, stack: number][]): number {
    const seen = new Set<number>();
    const kept: number[] = [];
    const { nodes, starts } = this.#grammar;
    let isAccepting = false;
    let cost = Infinity;
    let leastBytes = Infinity;
    for (const [index, stack] of places) {
      const key = stack * nodes.length + index;
      if (this.#byteCosts[index] === Infinity || seen.has(key)) continue;
      seen.add(key);
      const node = nodes[index];
      if (node.bytes.length > 0) kept.push(key);
      cost = Math.min(cost, this.#costs[index] + this.#stackCost[stack]);
      leastBytes = Math.min(leastBytes, this.#byteCosts[index] + this.#stackBytes[stack]);
      for (const to of node.jumps) places.push([to, stack]);
      for (const { rule, to } of node.calls) {
        if (this.#byteCosts[to] < Infinity) places.push([starts[rule], this.#push(to, stack)]);
      }
      if (!node.isEnd) continue;
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
    const width = this.#grammar.nodes.length;
    this.transitions.add();
    this.#states.push({
      nodes: Int32Array.from(keys, (key) => key % width),
      stacks: Int32Array.from(keys, (key) => Math.floor(key / width)),
      isAccepting,
      isFree: keys.some((key) => this.#grammar.nodes[key % width].isFree === true),
      ...ends,
    });
    return state;
  }

  /** A stack with one more place to return to; none where the caller has nothing left to do but return itself. */
  #push(node: number, below: number): number {
    const { isEnd, bytes, jumps, calls } = this.#grammar.nodes[node];
    if (isEnd && bytes.length + jumps.length + calls.length === 0) return below;
    const key = below * this.#grammar.nodes.length + node;
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

/** Bytes that no edge tells apart have one class. */
function byteClasses(grammar: Grammar): { classOf: Uint8Array; classes: number } {
  const isBorder = new Uint8Array(257);
  for (const { bytes } of grammar.nodes) {
    for (const { low, high } of bytes) {
      isBorder[low] = 1;
      isBorder[high + 1] = 1;
    }
  }
  let last = 0;
  const classOf = Uint8Array.from({ length: 256 }, (_, byte) => (byte > 0 && isBorder[byte] === 1 ? ++last : last));
  return { classOf, classes: last + 1 };
}
