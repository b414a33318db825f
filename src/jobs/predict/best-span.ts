/** A stretch of tokens, `first` to `last`, and how well it answers. */
export interface Span {
  first: number;
  last: number;
  score: number;
}

/**
 * The stretch within `from … to - 1` of at most `longest` tokens whose scores as start and as end add up to the most; the
 * first of several. Undefined where there is no token.
 */
export function bestSpan(
  { start, end }: { start: ArrayLike<number>; end: ArrayLike<number> },
  { from, to, longest }: { from: number; to: number; longest: number },
): Span | undefined {
  let best: Span | undefined;
  for (let first = from; first < to; first++) {
    for (let last = first; last < Math.min(to, first + longest); last++) {
      const score = start[first] + end[last];
      if (best === undefined || score > best.score) best = { first, last, score };
    }
  }
  return best;
}
