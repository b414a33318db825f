import { symbolDistance } from '../../scoring/metrics/edit-distance.ts';

/** Longer texts are truncated, since the time is quadratic in the length. */
const MOST_WORDS = 400;

/**
 * Share of words that a correction changes, from 0 to 1: Levenshtein distance divided by the longer text's number of
 * words.
 */
export function editedShare(answer: string, correction: string): number {
  const [before, after] = [answer, correction].map((text) => text.trim().split(/\s+/).slice(0, MOST_WORDS));
  return symbolDistance(before, after) / Math.max(1, before.length, after.length);
}
