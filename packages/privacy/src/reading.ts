/** A text as the recognisers see it: its tokens, and the lexicon's terms in it. */
import type { Lexicon } from './lexicon.ts';
import type { FoundTerm } from './terms.ts';
import { tokensOf, type Token } from './tokens.ts';

export interface Reading {
  text: string;
  tokens: readonly Token[];
  terms: readonly FoundTerm[];
  lexicon: Lexicon;
}

export function read(text: string, lexicon: Lexicon): Reading {
  const tokens = tokensOf(text);
  return { text, tokens, terms: lexicon.terms.find(tokens), lexicon };
}

/** Index of the first token that ends after a position. */
export function firstBehind(spans: readonly { end: number }[], position: number): number {
  let [from, to] = [0, spans.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (spans[middle].end <= position) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Indices of all tokens that overlap a span. */
export function tokensIn({ tokens }: Reading, start: number, end: number): number[] {
  const places: number[] = [];
  for (let at = firstBehind(tokens, start); at < tokens.length && tokens[at].start < end; at++) places.push(at);
  return places;
}
