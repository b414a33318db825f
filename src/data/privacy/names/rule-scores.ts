/** What a name by rules scores, and how likely the model must find it for that to count. */
import { standingOf } from './features.ts';

/** How likely its likeliest word must be, for a rule's score to count. */
export function leastOf(score: number, name: string): number {
  const isOfSeveral = name.includes(' ');
  if (score < DOUBTED) return isOfSeveral ? UNLIKELY : isGivenOnly(name) ? UNLIKELY_ALONE : UNLIKELY_WORD;
  if (score === CUED) return isOfSeveral ? REFUTED : UNLIKELY_ALONE;
  return score === LISTED || score === LIKELY_LISTED ? REFUTED_LISTED : 0;
}

function isGivenOnly(word: string): boolean {
  const { family, everyday } = standingOf(word);
  return family === '0' && everyday === '0';
}

/** By lists alone, and refuted by what stands around. */
export const DOUBTED = 0.8;
const UNLIKELY = 0.05;
/** One word alone, and one that families or things are called, too. */
const UNLIKELY_ALONE = 0.08;
const UNLIKELY_WORD = 0.3;
/** Several words behind a phrase that announces names, but surely none: "Customer: Good Evening", "From: Free Phone Calls". */
const REFUTED = 0.15;
/** By lists of given and of family names, and surely as firms are called: "Charles Schwab". */
export const LISTED = 0.95;
export const LIKELY_LISTED = 0.85;
const REFUTED_LISTED = 0.05;
/** Lists have it as what a firm is called. */
export const REFUTED_THING = 0.2;
/** What a country is called, too. */
export const LIKELY_COUNTRY = 0.9;
/** Titled or announced. */
export const SURE = 0.9;
export const CUED = 0.9;
export const TITLED = 0.92;
