/** Addresses of several lines behind their label: "Add: Huangli town, Wujin county / Changzhou 213151 / Jiangsu province / P.R.China". */
import { isCountryName } from '../addresses/country-lines.ts';
import { wordKind } from '../addresses/word-kinds.ts';
import { latin } from '../latin.ts';
import { isTown } from '../names/towns.ts';
import { matchesOf, type Recogniser } from '../recogniser.ts';

const WORD = String.raw`(?:\p{Lu}[\p{L}.'’-]*|\d[\p{L}\d/-]*|town|county|city|province|road|street|district|village|no\.?|of|de|la)`;
const LINE = String.raw`${WORD}(?:[ ,.]{1,3}${WORD}){0,8}[.,]?[ \t]*(?=\n|$)`;
const BLOCK = new RegExp(
  latin(
    String.raw`(?<=(?:^|\n)[ \t>]{0,8})(?:Add|Addr|Address|ADD|ADDRESS|Anschrift|Adresse|Dirección|Indirizzo)\.?[ \t]?:[ \t]*\n?[ \t>]{0,12}(?<value>${LINE}(?:\n[ \t>]{0,12}${LINE}){1,4})`,
  ),
  'gu',
);

export const recogniser: Recogniser = {
  name: 'address-block',
  kind: 'address',
  needs: { digits: 1, character: ':' },
  *find(text) {
    for (const { 0: block, index, groups } of matchesOf(BLOCK, text)) {
      const lines = groups!.value.split('\n');
      while (lines.length > 0 && !isOfAddress(lines.at(-1)!)) lines.pop();
      const value = lines.join('\n').replace(/[\s.,]+$/, '');
      if (lines.length < 2 || !/\d/.test(value)) continue;
      const start = index + block.lastIndexOf(groups!.value);
      yield { start, end: start + value.length, score: 0.7 };
    }
  },
};

/** Whether a line has a number, a town, a country or a word of addresses. */
function isOfAddress(line: string): boolean {
  const plain = line.replaceAll(/^[\s>]+|[\s.,]+$/g, '');
  if (/\d/.test(plain) || isTown(plain) || isCountryName(plain)) return true;
  return plain.split(/[ ,]+/).some((word) => 'sahub'.includes(String.fromCharCode(wordKind(word.toLowerCase()) || 1)));
}
