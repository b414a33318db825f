/** Where words of any script stand in a text: those in Latin letters, and those beyond, for which most texts are not looked at. */
import { pushAll } from '../../base/many.ts';
import { leanestPattern } from './planes.ts';
import { matchesOf } from './recogniser.ts';
import { isBeyondLatin } from './script-forms.ts';
import { Expression } from './words/expression.ts';

export interface Place {
  start: number;
  end: number;
}

export interface Words {
  latin: readonly string[];
  /** The first of them parted by spaces, the others written without. */
  beyond?: readonly string[];
}

/** Finds them: words of Latin letters begin and end as such, the others end where they do. */
export function wordFinder({ latin, beyond = [] }: Words): (text: string) => Place[] {
  const words = new Expression(new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${latin.join('|')})(?![\p{L}\p{N}])`, 'iu'), {
    isOfWords: true,
  });
  const others =
    beyond.length === 0
      ? undefined
      : leanestPattern(
          new RegExp(String.raw`(?:(?<!\p{L})(?:${beyond[0]})(?!\p{L})|${beyond.slice(1).join('|')})`, 'giu'),
        );
  return (text) => {
    const found = words.matches(text);
    if (others !== undefined && isBeyondLatin(text)) pushAll(found, matchesOf(others, text));
    return found.map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
  };
}
