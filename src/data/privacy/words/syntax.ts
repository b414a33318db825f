/** Regular expressions read as far as their beginnings ask for; what is not understood may be anything. */

export type Piece =
  /** One character of a set. */
  | { type: 'set'; atom: string; flags: string }
  | { type: 'sequence'; items: readonly Piece[] }
  | { type: 'choice'; options: readonly Piece[] }
  | { type: 'repeat'; item: Piece; least: number; most: number }
  /** What stands before is, or is not, of a set. */
  | { type: 'before'; isNegative: boolean; atom: string; flags: string }
  /** Between a letter or digit and something else. */
  | { type: 'boundary' }
  /** From here on nothing is known. */
  | { type: 'anything' };

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
    const quantifier = /^(?:[?*+]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (quantifier === null) return item;
    this.#at += quantifier[0].length;
    const [{ 0: sign }, low, comma, high] = quantifier;
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
    const [head, kind = ''] = /^\((?:\?(<?[=!]|:|<\w+>|[a-z]*(?:-[a-z]+)?:))?/.exec(rest)!;
    this.#at += head.length;
    const before = this.#flags;
    if (/^[a-z]*-?[a-z]*:$/.test(kind)) this.#flags = changed(before, kind);
    const inner = this.choice();
    this.#flags = before;
    this.#at++;
    if (kind === '=' || kind === '!') return NOTHING;
    return kind === '<=' || kind === '<!' ? behind(inner, kind === '<!') : inner;
  }
}

function changed(flags: string, change: string): string {
  const [more, fewer = ''] = change.replace(':', '').split('-');
  return [...new Set(flags + more)].filter((flag) => !fewer.includes(flag)).join('');
}

/** Of what must or must not stand before, what it says of one character; more is taken as met. */
function behind(inner: Piece, isNegative: boolean): Piece {
  const single = (piece: Piece): Piece[] => {
    if (piece.type === 'set') return [{ type: 'before', isNegative, atom: piece.atom, flags: piece.flags }];
    if (piece.type !== 'sequence' || piece.items.length === 0) return [];
    // Of more than one that must stand there the last is as good as alone; of one that must not, nothing is.
    return isNegative && piece.items.length > 1 ? [] : single(piece.items.at(-1)!);
  };
  if (inner.type !== 'choice') return { type: 'sequence', items: single(inner) };
  // None of several may stand there: each says something by itself.
  return isNegative ? { type: 'sequence', items: inner.options.flatMap(single) } : NOTHING;
}
