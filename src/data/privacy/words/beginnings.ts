/**
 * What the matches of regular expressions begin with, as one automaton of them all: nodes that take one character of a
 * set, up to a depth. Assertions other than of the character before are taken as met.
 */
import { smallest } from '../../../base/many.ts';
import { END, FREE, MOST_SETS, Nodes, type Node } from './nodes.ts';
import { readPattern, type Piece } from './syntax.ts';
import { IS_WORD, NONE, SYMBOLS, symbolSet } from './symbols.ts';

/** Characters of a beginning. */
export const DEPTH = 10;
/** A set of so many symbols, more than letters, digits and a mark of ASCII, is not followed where it comes again and again. */
const WIDE = 67;
const MANY = 8;

export interface Source {
  source: string;
  flags: string;
  /** It counts only where a word begins. */
  isOfWords?: boolean;
}

export class Beginnings {
  readonly nodes = new Nodes();
  #id = -1;
  #end = -1;
  /** One expression's nodes that take a character, by what follows and what they take: "photos" and "pictures" end as one. */
  #taking = new Map<number, number>();

  /** The node where one expression's matches begin; undefined where they may begin with anything. */
  of({ source, flags, isOfWords = false }: Source, id: number): number | undefined {
    this.#id = id;
    this.#taking = new Map();
    this.#end = this.#node({ next: [], isEnd: true });
    const first = this.#build(readPattern(source, flags), this.#end);
    if (this.#reachesEnd(first)) return undefined;
    return isOfWords ? this.#node({ next: [first], before: NO_LETTER }) : first;
  }

  #node(about: Node): number {
    return this.nodes.add(about, this.#id);
  }

  #build(piece: Piece, next: number): number {
    switch (piece.type) {
      case 'set':
        return this.#take(symbolSet(piece.atom, piece.flags).holds, next);
      case 'sequence':
        return this.#sequence(piece.items, next);
      case 'choice':
        return this.#node({ next: [...new Set(piece.options.map((option) => this.#build(option, next)))] });
      case 'repeat':
        return this.#repeat(piece, next);
      case 'before':
        return this.#node({ next: [next], before: symbolsBefore(piece) });
      case 'ahead':
        // Where more of the expression follows, that is looked at instead.
        return next === this.#end ? this.#build(piece.item, next) : next;
      case 'boundary':
        return this.#onlyWords(next) ? this.#node({ next: [next], before: NO_WORD }) : next;
      case 'anything':
        return this.#end;
    }
  }

  #take(takes: Uint8Array, next: number): number {
    const key = next * MOST_SETS + this.nodes.setNumber(takes);
    let node = this.#taking.get(key);
    if (node === undefined) this.#taking.set(key, (node = this.#node({ next: [next], takes })));
    return node;
  }

  #sequence(items: readonly Piece[], next: number): number {
    let [length, count] = [0, 0];
    while (count < items.length && length < DEPTH) length += leastLength(items[count++]);
    // What lies deeper is not looked at.
    let first = length >= DEPTH ? this.#end : next;
    for (let at = count - 1; at >= 0; at--) first = this.#build(items[at], first);
    return first;
  }

  #repeat({ item, least, most }: Piece & { type: 'repeat' }, next: number): number {
    const isOpen = most - least >= MANY && isWide(item);
    const required = Math.min(least, DEPTH);
    let first = isOpen || least > DEPTH ? this.#end : next;
    if (!isOpen && least <= DEPTH) {
      const optional = Math.min(most, DEPTH) - least;
      if (most > DEPTH) first = this.#end;
      for (let count = 0; count < optional; count++) first = this.#node({ next: [this.#build(item, first), next] });
    }
    for (let count = 0; count < required; count++) first = this.#build(item, first);
    return first;
  }

  #reachesEnd(node: number): boolean {
    const takes = this.nodes.takes(node);
    return takes === END || (takes === FREE && this.nodes.next(node).some((next) => this.#reachesEnd(next)));
  }

  /** Whether whatever comes first is of ASCII's letters, digits and the underscore. */
  #onlyWords(node: number): boolean {
    const takes = this.nodes.takes(node);
    if (takes === FREE) return this.nodes.next(node).every((next) => this.#onlyWords(next));
    return takes !== END && this.nodes.setOf(node).every((one, symbol) => one === 0 || NO_WORD[symbol] === 0);
  }
}

const NO_WORD = Uint8Array.from({ length: SYMBOLS }, (_, symbol) => (/^\w$/.test(String.fromCharCode(symbol)) ? 0 : 1));

const NO_LETTER = IS_WORD.map((one) => 1 - one);

function symbolsBefore({ isNegative, sets }: Piece & { type: 'before' }): Uint8Array {
  const allowed = new Uint8Array(SYMBOLS);
  for (const { atom, flags } of sets) {
    const { holds, lacks } = symbolSet(atom, flags);
    const of = isNegative ? lacks : holds;
    for (let symbol = 0; symbol < SYMBOLS; symbol++) allowed[symbol] |= of[symbol];
  }
  allowed[NONE] = isNegative ? 1 : 0;
  return allowed;
}

/** Takes one character of many, or of several sets of which one has many. */
function isWide(piece: Piece): boolean {
  if (piece.type === 'set') return widthOf(symbolSet(piece.atom, piece.flags).holds) >= WIDE;
  if (piece.type === 'choice') return piece.options.some(isWide);
  return piece.type === 'sequence' && piece.items.length === 1 && isWide(piece.items[0]);
}

function widthOf(set: Uint8Array): number {
  return set.reduce((sum, one) => sum + one, 0);
}

function leastLength(piece: Piece): number {
  switch (piece.type) {
    case 'set':
      return 1;
    case 'sequence':
      return piece.items.reduce((sum, item) => sum + leastLength(item), 0);
    case 'choice':
      return smallest(piece.options.map(leastLength));
    case 'repeat':
      return piece.least * leastLength(piece.item);
    case 'anything':
      return DEPTH;
    default:
      return 0;
  }
}
