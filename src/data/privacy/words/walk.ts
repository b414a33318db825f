/**
 * One walk over a text for many expressions: at each character a table says what can begin there and goes on with what
 * follows. The table is made as texts ask for it.
 */
import { Beginnings, DEPTH, type Source } from './beginnings.ts';
import { END, FREE, type Columns } from './nodes.ts';
import { DEAD, FINDS, GOES_ON, States, UNKNOWN } from './states.ts';
import { NONE, SURROGATE, SYMBOLS, symbolsOf } from './symbols.ts';

/** More states than texts of people ask for: then all are forgotten. */
const MOST_STATES = 30_000;

/** Of each expression where its matches may begin. */
type Places = (number[] | undefined)[];

export class Walk {
  readonly #sources: Source[] = [];
  #nodes: Columns | undefined;
  #firsts: readonly number[] = [];
  #isAnywhere: readonly boolean[] = [];
  #states = new States();
  /** By the symbol before, the state in which a text's next character is met. */
  readonly #starts = new Uint16Array(SYMBOLS);
  /** By node and by expression, the last time that a state was at it, or had found it. */
  #reached = new Uint32Array(0);
  #found = new Uint32Array(0);
  #time = 0;
  #last: { text: string; places: Places } | undefined;

  /** @returns the expression's number; one of words is looked for behind no letter or digit */
  add(source: string, flags: string, isOfWords = false): number {
    this.#nodes = undefined;
    return this.#sources.push({ source, flags, isOfWords }) - 1;
  }

  /** Where matches of an expression may begin; undefined where that may be anywhere. */
  placesOf(id: number, text: string): readonly number[] | undefined {
    if (this.#nodes === undefined) this.#load();
    if (this.#isAnywhere[id]) return undefined;
    if (this.#last?.text !== text) this.#last = { text, places: this.#walk(text) };
    return this.#last.places[id] ?? [];
  }

  /** When it is first asked for: a program that redacts nothing should not wait for that. */
  #load(): void {
    const beginnings = new Beginnings();
    const firsts = this.#sources.map((one, id) => beginnings.of(one, id));
    this.#isAnywhere = firsts.map((first) => first === undefined);
    this.#firsts = firsts.filter((first) => first !== undefined);
    this.#nodes = beginnings.nodes.columns();
    this.#reached = new Uint32Array(this.#nodes.takes.length);
    this.#found = new Uint32Array(this.#sources.length);
    this.#time = 0;
    this.#last = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#states = new States();
    this.#starts.fill(UNKNOWN);
  }

  #walk(text: string): Places {
    const places: Places = [];
    const starts = this.#starts;
    // Each is looked at from several places.
    const symbols = symbolsOf(text);
    let before = NONE;
    for (let at = 0; at < text.length; at++) {
      // Between two places: within one no more are added than have a number.
      if (this.#states.count > MOST_STATES) this.#forget();
      const symbol = symbols[at];
      let state = starts[before];
      if (state === UNKNOWN) state = this.#start(before);
      before = symbol;
      let next = this.#states.table[state * SYMBOLS + symbol];
      if (next === DEAD) continue;
      if (next === UNKNOWN) next = this.#step(state, symbol);
      this.#follow(symbols, at, next, places);
    }
    return places;
  }

  /** What began at one place, from the state behind its first character on. */
  #follow(symbols: Uint8Array, start: number, first: number, places: Places): void {
    const states = this.#states;
    const { kinds } = states;
    let [state, at] = [first, start + 1];
    while (state !== DEAD) {
      const kind = kinds[state];
      if ((kind & FINDS) !== 0) note(states.found[state], start, places);
      if ((kind & GOES_ON) === 0 || at >= symbols.length) return;
      const symbol = symbols[at++];
      const next = states.table[state * SYMBOLS + symbol];
      state = next === UNKNOWN ? this.#step(state, symbol) : next;
    }
  }

  #start(before: number): number {
    return (this.#starts[before] = this.#stateOf(this.#firsts, before, 0));
  }

  #step(from: number, symbol: number): number {
    const { takes, owners, firsts, followers, holds } = this.#nodes!;
    const next: number[] = [];
    const found: number[] = [];
    for (const node of this.#states.nodes(from)) {
      if (holds[takes[node] * SYMBOLS + symbol] === 0) continue;
      // A set may have taken both halves of a character: what follows is not looked at.
      if (symbol === SURROGATE) found.push(owners[node]);
      else for (let at = firsts[node]; at < firsts[node + 1]; at++) next.push(followers[at]);
    }
    const to = this.#stateOf(next, symbol, this.#states.depth(from) + 1, found);
    // After that: the table may be another one.
    this.#states.table[from * SYMBOLS + symbol] = to;
    return to;
  }

  /** The number of the state at nodes and all that is reached from them without a character, behind a symbol. */
  #stateOf(from: readonly number[], before: number, depth: number, known: readonly number[] = []): number {
    const { owners } = this.#nodes!;
    const time = ++this.#time;
    for (const id of known) this.#found[id] = time;
    const taking = this.#taking([...from], before, time);
    const open = taking.filter((node) => this.#found[owners[node]] !== time);
    if (depth === DEPTH) for (const node of open) this.#found[owners[node]] = time;
    const found: number[] = [];
    for (const [id, when] of this.#found.entries()) if (when === time) found.push(id);
    const nodes = depth === DEPTH ? new Uint32Array(0) : Uint32Array.from(open).sort();
    return nodes.length + found.length === 0 ? DEAD : this.#states.add({ depth, found, nodes });
  }

  /** The nodes that take a character; what is over is noted as found. */
  #taking(left: number[], before: number, time: number): number[] {
    const { takes, before: allowed, owners, firsts, followers, holds } = this.#nodes!;
    const taking: number[] = [];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (this.#reached[node] === time) continue;
      this.#reached[node] = time;
      if (takes[node] === END) this.#found[owners[node]] = time;
      else if (takes[node] !== FREE) taking.push(node);
      else if (allowed[node] === FREE || holds[allowed[node] * SYMBOLS + before] === 1)
        for (let at = firsts[node]; at < firsts[node + 1]; at++) left.push(followers[at]);
    }
    return taking;
  }
}

/** Puts down that expressions may begin at a place; two paths of one may end at different depths. */
function note(ids: readonly number[], start: number, places: Places): void {
  for (const id of ids) {
    const known = places[id];
    if (known === undefined) places[id] = [start];
    else if (known[known.length - 1] !== start) known.push(start);
  }
}
