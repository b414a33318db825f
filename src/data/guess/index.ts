/** Which columns of a table are what, by their names and what they hold. */
import type { ColumnWish, Guess } from './guess.ts';
import { labelGuesses } from './label-guesses.ts';
import { itemGuesses, mediaGuesses, tagGuesses, textGuesses } from './other-guesses.ts';
import { answerGuesses, searchGuesses, translationGuesses } from './pair-guesses.ts';
import type { ColumnProfile } from './profile.ts';

export type { ColumnWish, Guess } from './guess.ts';
export { describeValues } from './guess.ts';
export { alikeValues, type ColumnProfile } from './profile.ts';
export {
  classFit,
  isAside,
  isFeature,
  isLabelName,
  isRepeatedPerson,
  isRunningNumber,
  quantityFit,
  textFit,
} from './traits.ts';
export { profileColumns, profileRows } from './sample.ts';

/** Best first; equal ones in this order. */
const GUESSERS = [
  tagGuesses,
  mediaGuesses,
  itemGuesses,
  translationGuesses,
  searchGuesses,
  answerGuesses,
  labelGuesses,
  textGuesses,
];

/** All readings of a table that make sense, the likeliest first. */
export function guessColumns(columns: readonly ColumnProfile[], wish: ColumnWish = {}): Guess[] {
  return GUESSERS.flatMap((guesses) => guesses(columns, wish))
    .map((guess) => ({ ...guess, score: Math.round(100 * guess.score) / 100 }))
    .toSorted((a, b) => b.score - a.score);
}

const LIKELY = 0.5;
/** A second reading of another column that is nearly as likely makes a guess unclear. */
const NEAR = 0.75;

/** Whether the best reading needs no confirmation. */
export function isClear([best, ...others]: readonly Guess[]): boolean {
  if (best === undefined || best.score < LIKELY) return false;
  return others.every(({ score, target }) => target === best.target || score < NEAR * best.score);
}
