import type { Budget } from './budget.ts';

/** Longer needles use the linear search below: the engine's own search is not linear. */
const SHORT = 16;

/** The first index of one text in another from a given index on, or -1. Linear for all texts. */
export function indexOf(text: string, part: string, from: number, budget: Budget): number {
  budget.chargeText(Math.max(0, text.length - from) * 2);
  if (part.length <= SHORT) return text.indexOf(part, from);
  return new Pattern(part, budget).next(text, from);
}

/** All indices of one text in another, without overlap, at most `most`. `part` must not be empty. */
export function placesOf(text: string, part: string, budget: Budget, most = Infinity): number[] {
  budget.chargeText(text.length * 2);
  const pattern = part.length > SHORT ? new Pattern(part, budget) : undefined;
  const places: number[] = [];
  let from = 0;
  while (places.length < most) {
    const at = pattern === undefined ? text.indexOf(part, from) : pattern.next(text, from);
    if (at === -1) break;
    budget.charge(1);
    places.push(at);
    from = at + part.length;
  }
  return places;
}

/** The last indices of one text in another, without overlap, in ascending order. */
export function lastPlacesOf(text: string, part: string, budget: Budget, most = Infinity): number[] {
  const mirrored = placesOf(mirror(text, budget), mirror(part, budget), budget, most);
  return mirrored.map((at) => text.length - at - part.length).toReversed();
}

function mirror(text: string, budget: Budget): string {
  budget.charge(text.length);
  return text.split('').toReversed().join('');
}

/** The search of Knuth, Morris and Pratt: "Fast Pattern Matching in Strings", 1977. */
class Pattern {
  readonly #part: string;
  /** For each index the length of the longest border of the part up to there. */
  readonly #borders: Int32Array;

  constructor(part: string, budget: Budget) {
    budget.charge(part.length / 2);
    this.#part = part;
    this.#borders = new Int32Array(part.length);
    for (let place = 1, length = 0; place < part.length; place++) {
      while (length > 0 && part[place] !== part[length]) length = this.#borders[length - 1];
      if (part[place] === part[length]) length++;
      this.#borders[place] = length;
    }
  }

  next(text: string, from: number): number {
    let place = from;
    let found = -1;
    for (let length = 0; place < text.length && found === -1; place++) {
      while (length > 0 && text[place] !== this.#part[length]) length = this.#borders[length - 1];
      if (text[place] === this.#part[length]) length++;
      if (length === this.#part.length) found = place - length + 1;
    }
    return found;
  }
}
