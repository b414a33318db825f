/** Whether what is so old is a building, a tree or a club: "The jetty's 95 years old", "a 92-year-old clock tower". */
import { THINGS } from './age-words.ts';
import { leanestPattern } from './planes.ts';

const PERSON = String.raw`(?:s?he|who|mother|father|grand\p{L}+|mr|mrs|ms|sie|herr|frau|mutter|vater|oma|opa|elle|madame|monsieur|mme|mère|père|se[nñ]h?ora?|abuel[oa]|madre|padre|nonn[oa]|signora?|mãe|pai|av[óô]|moeder|vader|mevrouw|meneer|pani?|babcia|dziadek|hon|hun|mormor|farmor)`;
const BEFORE = leanestPattern(
  new RegExp(
    String.raw`(?<!\p{L})(?:${THINGS})(?:['’]s)?(?! of (?:mr|mrs|my))(?:, (?:elle|lui|lei|ella|él|ela|ele),)?(?: (?!${PERSON}(?!\p{L}))[\p{Ll}'’]{1,14}){0,4} $`,
    'iu',
  ),
);
const BEHIND = leanestPattern(new RegExp(String.raw`^[- ]year[- ]old (?:\p{Ll}+ )?(?:${THINGS})(?!\p{L})`, 'iu'));
const OF_SOMEBODY = new RegExp(String.raw`(?<!\p{L})${PERSON}(?!\p{L})`, 'iu');
const REACH = 70;

/** Somebody who is spoken of in front of it may live in it. */
export function isOfThing(text: string, start: number, end: number): boolean {
  if (BEHIND.test(text.slice(end, end + 40))) return true;
  const before = text
    .slice(Math.max(0, start - REACH), start)
    .split(/[\n.!?;]/u)
    .at(-1)!;
  const thing = BEFORE.exec(before);
  return thing !== null && !OF_SOMEBODY.test(before.slice(0, thing.index));
}
