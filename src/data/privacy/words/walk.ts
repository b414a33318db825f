/**
 * One walk over a text for many expressions: at each character a table says what can begin there and goes on with what
 * follows. The table is made as texts ask for it.
 */
import { Beginnings, DEPTH, type Node, type Source } from './beginnings.ts';
import { NONE, SURROGATE, SYMBOLS, symbolsOf } from './symbols.ts';

const UNKNOWN = -1;
const DEAD = 0;
/** More states than texts of people ask for: then all are forgotten. */
const MOST_STATES = 30_000;

interface State {
  /** How many characters were read. */
  depth: number;
  /** Where it goes on; none where all is known. */
  nodes: readonly Node[];
  /** Expressions whose matches may begin as what was read did. */
  found: readonly number[];
}

const NOWHERE: readonly State[] = [{ depth: 0, nodes: [], found: [] }];

export class Walk {
  readonly #sources: Source[] = [];
  #first: Node[] | undefined;
  #isAnywhere: boolean[] = [];
  #states: State[] = [...NOWHERE];
  #numbers = new Map<string, number>();
  #starts = new Int32Array(SYMBOLS).fill(UNKNOWN);
  #table = new Int32Array(SYMBOLS * 256).fill(UNKNOWN);
  #last: { text: string; places: (number[] | undefined)[] } | undefined;

  /** @returns the expression's number; one of words is looked for behind no letter or digit */
  add(source: string, flags: string, isOfWords = false): number {
    this.#first = undefined;
    return this.#sources.push({ source, flags, isOfWords }) - 1;
  }

  /** Where matches of an expression may begin; undefined where that may be anywhere. */
  placesOf(id: number, text: string): readonly number[] | undefined {
    if (this.#first === undefined) this.#load();
    if (this.#isAnywhere[id]) return undefined;
    if (this.#last?.text !== text) this.#last = { text, places: this.#walk(text) };
    return this.#last.places[id] ?? [];
  }

  /** When it is first asked for: a program that redacts nothing should not wait for that. */
  #load(): void {
    const beginnings = new Beginnings();
    const firsts = this.#sources.map((one, id) => beginnings.of(one, id));
    this.#isAnywhere = firsts.map((first) => first === undefined);
    this.#first = firsts.filter((first) => first !== undefined);
    this.#last = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#states = [...NOWHERE];
    this.#numbers = new Map();
    this.#starts.fill(UNKNOWN);
    this.#table.fill(UNKNOWN);
    this.#table.fill(DEAD, 0, SYMBOLS);
  }

  #walk(text: string): (number[] | undefined)[] {
    if (this.#states.length > MOST_STATES) this.#forget();
    const places: (number[] | undefined)[] = [];
    const starts = this.#starts;
    // Each is looked at from several places.
    const symbols = symbolsOf(text);
    let table = this.#table;
    let before = NONE;
    for (let at = 0; at < text.length; at++) {
      const symbol = symbols[at];
      let state = starts[before];
      if (state === UNKNOWN) {
        state = this.#start(before);
        // It may have grown, also below.
        table = this.#table;
      }
      before = symbol;
      let next = table[state * SYMBOLS + symbol];
      if (next === DEAD) continue;
      if (next === UNKNOWN) next = this.#step(state, symbol);
      this.#follow(symbols, at, next, places);
      table = this.#table;
    }
    return places;
  }

  /** What began at one place, from the state behind its first character on. */
  #follow(symbols: Uint8Array, start: number, first: number, places: (number[] | undefined)[]): void {
    let [state, at] = [first, start + 1];
    while (state !== DEAD) {
      const { found, nodes } = this.#states[state];
      for (const id of found) {
        const known = places[id];
        if (known === undefined) places[id] = [start];
        // Two paths of one expression may end at different depths.
        else if (known[known.length - 1] !== start) known.push(start);
      }
      if (at >= symbols.length || nodes.length === 0) return;
      const symbol = symbols[at++];
      const next = this.#table[state * SYMBOLS + symbol];
      state = next === UNKNOWN ? this.#step(state, symbol) : next;
    }
  }

  #start(before: number): number {
    return (this.#starts[before] = this.#stateOf(this.#first!, before, 0));
  }

  #step(from: number, symbol: number): number {
    const { nodes, depth } = this.#states[from];
    const taken = nodes.filter(({ takes }) => takes![symbol] === 1);
    // A set may have taken both halves of a character: what follows is not looked at.
    const next = symbol === SURROGATE ? [] : taken.flatMap((node) => node.next);
    const found = symbol === SURROGATE ? taken.map(({ id }) => id) : [];
    const to = this.#stateOf(next, symbol, depth + 1, found);
    // After that: the table may be another one.
    this.#table[from * SYMBOLS + symbol] = to;
    return to;
  }

  /** The number of the state at nodes and all that is reached from them without a character, behind a symbol. */
  #stateOf(from: readonly Node[], before: number, depth: number, known: readonly number[] = []): number {
    const found = new Set(known);
    const seen = new Set<Node>();
    const left = [...from];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (node.isEnd) found.add(node.id);
      else if (node.takes === undefined && node.before?.[before] !== 0) left.push(...node.next);
    }
    let nodes = [...seen].filter(({ takes, id }) => takes !== undefined && !found.has(id));
    if (depth === DEPTH) {
      for (const { id } of nodes) found.add(id);
      nodes = [];
    }
    return nodes.length + found.size === 0 ? DEAD : this.#numberOf({ depth, nodes, found: [...found] });
  }

  #numberOf(state: State): number {
    const nodes = Int32Array.from(state.nodes, ({ number }) => number).sort();
    const key = `${state.depth} ${state.found.toSorted((a, b) => a - b).join(',')} ${nodes.join(',')}`;
    const before = this.#numbers.get(key);
    if (before !== undefined) return before;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    if ((number + 1) * SYMBOLS > this.#table.length) {
      const table = new Int32Array(this.#table.length * 2).fill(UNKNOWN);
      table.set(this.#table);
      this.#table = table;
    }
    return number;
  }
}
