/** Changes of a text's wording that preserve its meaning. */

/** The next random number from 0 to 1. */
export type Draw = () => number;

/** Splits at sentences and line breaks. */
const SEGMENTS = /\n+|(?<=[.!?…])\s+|(?<=[。！？])/u;
/** One in this many long words is misspelt. */
const SPELT_RIGHT = 4;

export function pick<Entry>(entries: readonly Entry[], draw: Draw): Entry {
  return entries[Math.floor(draw() * entries.length)];
}

export function segmentsOf(text: string): string[] {
  return text.split(SEGMENTS).flatMap((part) => part.trim() || []);
}

/** The first half of one text and the second of another. */
export function splice(first: string, second: string): string {
  const [begin, end] = [first, second].map((text) => text.split(/\s+/));
  return [...begin.slice(0, Math.ceil(begin.length / 2)), ...end.slice(Math.floor(end.length / 2))].join(' ');
}

/** Swaps two adjacent letters in some of the long words. */
export function misspelt(text: string, draw: Draw, isKept: (word: string) => boolean = () => false): string {
  return text.replaceAll(/(?<![\p{L}\p{N}])\p{L}{4,}(?![\p{L}\p{N}])/gu, (word) => {
    if (isKept(word) || draw() > 1 / SPELT_RIGHT) return word;
    const letters = Array.from(word);
    const at = 1 + Math.floor(draw() * (letters.length - 2));
    return [...letters.slice(0, at), letters[at + 1], letters[at], ...letters.slice(at + 2)].join('');
  });
}

/** Adds a sentence before or after; only before if the text may end with a cue for the answer. */
export function withAside(
  text: string,
  aside: string,
  { draw, isFirst = false }: { draw: Draw; isFirst?: boolean },
): string {
  const [first, second] = isFirst || draw() < 1 / 2 ? [aside, text] : [text, aside];
  return /[.!?…。！？]["”]?$/u.test(first) ? `${first} ${second}` : `${first}. ${second}`;
}
