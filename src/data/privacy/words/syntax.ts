/** Regular expressions read as far as their beginnings ask for; what is not understood may be anything. */
import { pushAll } from '../../../base/many.ts';

/** One character of a set. */
export interface SetOfSigns {
  type: 'set';
  atom: string;
  flags: string;
}

export type Piece =
  | SetOfSigns
  | { type: 'sequence'; items: readonly Piece[] }
  | { type: 'choice'; options: readonly Piece[] }
  | { type: 'repeat'; item: Piece; least: number; most: number }
  /** What stands before is of one of several sets, or is not of a set. */
  | { type: 'before'; isNegative: boolean; sets: readonly SetOfSigns[] }
  /** Stands there, and what follows begins before it again. */
  | { type: 'ahead'; item: Piece }
  /** Between a letter or digit and something else. */
  | { type: 'boundary' }
  /** From here on nothing is known. */
  | { type: 'anything' };

/** At the beginning of what follows an item: `?`, `*` or `+`, or the least, a comma and the most. */
export const QUANTIFIER = /^(?:([?*+])|\{(\d+)(?:(,)(\d*))?\})\??/;
/** What opens a group, and of which kind it is. */
export const GROUP = /^\((?:\?(<?[=!]|:|<\w+>|[a-z]*(?:-[a-z]+)?:))?/;

const NOTHING: Piece = { type: 'sequence', items: [] };
const ANYTHING: Piece = { type: 'anything' };

export function readPattern(source: string, flags: string): Piece {
  return new Reader(source, flags.replaceAll(/[gy]/g, '')).choice();
}

class Reader {
  readonly #source: string;
  #flags: string;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  /** Up to the bracket that closes the group, or the end. */
  choice(): Piece {
    const options: Piece[] = [];
    let items: Piece[] = [];
    for (;;) {
      const sign = this.#source[this.#at];
      if (sign === undefined || sign === ')' || sign === '|') {
        options.push({ type: 'sequence', items });
        if (sign !== '|') return options.length === 1 ? options[0] : { type: 'choice', options };
        items = [];
        this.#at++;
      } else items.push(this.#repeated(this.#atom()));
    }
  }

  #repeated(item: Piece): Piece {
    const quantifier = QUANTIFIER.exec(this.#source.slice(this.#at, this.#at + 16));
    if (quantifier === null) return item;
    this.#at += quantifier[0].length;
    const [, sign, low, comma, high] = quantifier;
    if (low === undefined) {
      return { type: 'repeat', item, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    const least = Number(low);
    return {
      type: 'repeat',
      item,
      least,
      most: comma === undefined ? least : Number(high) || Number.POSITIVE_INFINITY,
    };
  }

  #atom(): Piece {
    const sign = this.#source[this.#at];
    if (sign === '(') return this.#group();
    if (sign === '\\') return this.#escape();
    if (sign === '^' || sign === '$') {
      this.#at++;
      return NOTHING;
    }
    const end = sign === '[' ? this.#endOfClass() : this.#at + (this.#source.codePointAt(this.#at)! > 0xffff ? 2 : 1);
    return this.#set(end);
  }

  #set(end: number): Piece {
    const atom = this.#source.slice(this.#at, end);
    this.#at = end;
    return { type: 'set', atom, flags: this.#flags };
  }

  #endOfClass(): number {
    let end = this.#at + 1;
    while (this.#source[end] !== ']') end += this.#source[end] === '\\' ? 2 : 1;
    return end + 1;
  }

  #escape(): Piece {
    const sign = this.#source[this.#at + 1];
    if (sign === 'p' || sign === 'P') return this.#set(this.#source.indexOf('}', this.#at) + 1);
    if (sign === 'u' && this.#source[this.#at + 2] !== '{') return this.#set(this.#at + 6);
    if (sign === 'x') return this.#set(this.#at + 4);
    if (/[uckcB1-9]/.test(sign)) {
      this.#at += sign === 'k' ? this.#source.indexOf('>', this.#at) + 1 - this.#at : 2;
      return sign === 'B' ? NOTHING : ANYTHING;
    }
    if (sign !== 'b') return this.#set(this.#at + 2);
    this.#at += 2;
    return { type: 'boundary' };
  }

  #group(): Piece {
    const rest = this.#source.slice(this.#at, this.#at + 64);
    const [head, kind = ''] = GROUP.exec(rest)!;
    this.#at += head.length;
    const before = this.#flags;
    if (/^[a-z]*-?[a-z]*:$/.test(kind)) this.#flags = changed(before, kind);
    const inner = this.choice();
    this.#flags = before;
    this.#at++;
    if (kind === '!') return NOTHING;
    if (kind === '=') return { type: 'ahead', item: inner };
    return kind === '<=' || kind === '<!' ? behind(inner, kind === '<!') : inner;
  }
}

function changed(flags: string, change: string): string {
  const [more, fewer = ''] = change.replace(':', '').split('-');
  return [...new Set(flags + more)].filter((flag) => !fewer.includes(flag)).join('');
}

/** Of what must or must not stand before, what it says of one character; more is taken as met. */
function behind(inner: Piece, isNegative: boolean): Piece {
  if (!isNegative) {
    const { sets, mayBeNone } = lastOf(inner);
    return mayBeNone ? NOTHING : { type: 'sequence', items: [{ type: 'before', isNegative, sets }] };
  }
  // None of several may stand there: each that is one character says something by itself.
  const options = inner.type === 'choice' ? inner.options : [inner];
  const items = options.map(onlySet).filter((set) => set !== undefined);
  return { type: 'sequence', items: items.map((set) => ({ type: 'before', isNegative, sets: [set] })) };
}

function onlySet(piece: Piece): SetOfSigns | undefined {
  if (piece.type === 'set') return piece;
  return piece.type === 'sequence' && piece.items.length === 1 ? onlySet(piece.items[0]) : undefined;
}

interface Last {
  sets: readonly SetOfSigns[];
  /** A piece may match without a character. */
  mayBeNone: boolean;
}

const UNKNOWN: Last = { sets: [{ type: 'set', atom: '[^]', flags: '' }], mayBeNone: true };

/** Of which sets the last character of what a piece matches is. */
function lastOf(piece: Piece): Last {
  switch (piece.type) {
    case 'set':
      return { sets: [piece], mayBeNone: false };
    case 'choice': {
      const lasts = piece.options.map(lastOf);
      return { sets: lasts.flatMap(({ sets }) => sets), mayBeNone: lasts.some(({ mayBeNone }) => mayBeNone) };
    }
    case 'repeat': {
      const { sets, mayBeNone } = lastOf(piece.item);
      return { sets, mayBeNone: mayBeNone || piece.least === 0 };
    }
    case 'sequence':
      return lastOfSequence(piece.items);
    case 'anything':
      return UNKNOWN;
    default:
      return { sets: [], mayBeNone: true };
  }
}

function lastOfSequence(items: readonly Piece[]): Last {
  // What is not understood goes on in the items behind it.
  if (items.some(({ type }) => type === 'anything')) return UNKNOWN;
  const sets: SetOfSigns[] = [];
  for (const item of items.toReversed()) {
    const last = lastOf(item);
    pushAll(sets, last.sets);
    if (!last.mayBeNone) return { sets, mayBeNone: false };
  }
  return { sets, mayBeNone: true };
}
