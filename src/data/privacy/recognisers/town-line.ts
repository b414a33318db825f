/** Towns with their state or country in a line, or a column, of their own, as signatures and letters have them: "Evansville, IN", "Johannesburg, South Africa." */
import { STATE_CODES } from '../address-tail.ts';
import { isCountryName } from '../addresses/country-lines.ts';
import { asListed } from '../gazetteer.ts';
import { latin } from '../latin.ts';
import { NOT_NAMES } from '../name-words.ts';
import { standingOf } from '../names/features.ts';
import { isTown } from '../names/towns.ts';
import { matchesOf, type Recogniser } from '../recogniser.ts';

const WORD = String.raw`\p{Lu}[\p{L}'’-]+`;
const TOWN = String.raw`${WORD}(?: ${WORD}){0,2}`;
const LINE = new RegExp(
  latin(
    String.raw`(?=[\p{Lu}\d])(?<=(?:^|\n|\|| {3}|\t)[ \t>|]{0,16})(?:(?<code>(?:[A-Z]{1,2}-)?\d{4,5}) )?(?<town>${TOWN})(?:, ?${TOWN})?, ?(?:(?<state>${STATE_CODES})(?: {1,3}\d{4,5}(?:-\d{4})?)?|(?<country>${WORD}\.?(?: ${WORD}\.?){0,2}))(?=\.?[ \t]*(?:\n|$|\|)|\.? {3}|\.?\t)`,
  ),
  'gu',
);

export const recogniser: Recogniser = {
  name: 'town-line',
  kind: 'address',
  needs: { character: ',' },
  *find(text) {
    if (!text.includes('\n')) return;
    for (const { 0: line, index, groups } of matchesOf(LINE, text)) {
      const { code, town, state, country } = groups!;
      if (country !== undefined && !isCountryName(country)) continue;
      const isKnown = isTown(town) || isTown(raised(town));
      // "John Smith, MA" has a degree.
      if (!isKnown && ((state !== undefined && isPerson(town)) || isCountryName(town))) continue;
      if (!isKnown && code === undefined && state === undefined && !isPlain(town)) continue;
      yield { start: index, end: index + line.replace(/\.$/, '').length, score: 0.62 };
    }
  },
};

function raised(town: string): string {
  return town.replaceAll(/(?<=\p{Lu})\p{Lu}+/gu, (rest) => rest.toLowerCase());
}

function isPerson(words: string): boolean {
  return words.split(' ').some((word) => standingOf(word).given !== '0' || standingOf(word).family === '1');
}

/** One word that is neither somebody's name nor said before names. */
function isPlain(town: string): boolean {
  return town.length > LEAST && !town.includes(' ') && !isPerson(town) && !NOT_NAMES.has(asListed(town));
}

const LEAST = 3;
