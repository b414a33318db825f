/** Guesses the roles of a table's columns from their names and values. */
import type { ColumnWish, Guess } from './guess.ts';
import { labelGuesses } from './label-guesses.ts';
import { itemGuesses, mediaGuesses, tagGuesses, textGuesses } from './other-guesses.ts';
import { answerGuesses, searchGuesses, translationGuesses } from './pair-guesses.ts';
import type { ColumnProfile } from './column-profile.ts';

export type { ColumnWish, Guess } from './guess.ts';
export { describeValues } from './guess.ts';
export { alikeValues, type ColumnProfile } from './column-profile.ts';
export {
  classFit,
  isAside,
  isFeature,
  isLabelName,
  isRepeatedPerson,
  isRunningNumber,
  quantityFit,
  textFit,
} from './column-traits.ts';
export { isDated } from './other-guesses.ts';
export { profileColumns, profileRows } from './sample.ts';

/** In order of precedence for ties. */
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

/** All plausible interpretations of a table, best first. */
export function guessColumns(columns: readonly ColumnProfile[], wish: ColumnWish = {}): Guess[] {
  return GUESSERS.flatMap((guesses) => guesses(columns, wish))
    .map((guess) => ({ ...guess, score: Math.round(100 * guess.score) / 100 }))
    .toSorted((a, b) => b.score - a.score);
}

const LIKELY = 0.5;
/** A guess is unclear if another target's score is within this factor. */
const NEAR = 0.75;

/** Whether the best guess needs no confirmation. */
export function isClear([best, ...others]: readonly Guess[]): boolean {
  if (best === undefined || best.score < LIKELY) return false;
  return others.every(({ score, target }) => target === best.target || score < NEAR * best.score);
}
