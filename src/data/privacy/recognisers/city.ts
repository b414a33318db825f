/** Cities and towns by a list of places. One that is also a word or a name needs a preposition of place before it. */
import { asListed, gazetteer } from '../gazetteer.ts';
import type { Recogniser } from '../recogniser.ts';

const WORD = String.raw`\p{Lu}[\p{L}\p{M}'’]{0,30}(?:-\p{L}[\p{L}\p{M}]{0,30}){0,3}\.?`;
const RUN = new RegExp(
  String.raw`(?<![\p{L}\p{N}_@./-])${WORD}(?: (?:(?:de|do|da|dos|del|la|le|am|an der|im|upon|sur|och|di) )?${WORD}){0,3}`,
  'gu',
);
const PLACE =
  /(?:\b(?:live[sd]?|living|born|reside[sd]?|residing|resident|based|moved|located|native|wohn\w{0,4}|geboren|lebt|habite|née?|vive|nacid[oa]|abita|nat[oa]|woont|mieszka|urodzon[aye]|bor|född|mora|nascid[oa]) (?:in|at|of|to|from|near|aus|nach|à|en|a|te|w|we|i|em)|\d{4,5},? |, )\s?$/iu;

export const recogniser: Recogniser = {
  name: 'city',
  kind: 'city',
  *find(text) {
    const { cities, given, family } = gazetteer();
    for (const { 0: run, index } of text.matchAll(RUN)) {
      const words = [...run.matchAll(/[^ ]+/g)];
      for (let from = 0; from < words.length; from++) {
        for (let to = words.length; to > from; to--) {
          const [first, last] = [words[from], words[to - 1]];
          const place = run.slice(first.index, last.index + last[0].length).replace(/[.,]$/, '');
          const listed = place.split(' ').map(asListed).join(' ');
          const standing = cities.get(listed);
          if (standing === undefined) continue;
          const start = index + first.index;
          const isPlain = standing === 'plain' && !given.has(listed) && !family.has(listed);
          const score = PLACE.test(text.slice(Math.max(0, start - 30), start)) ? 0.75 : isPlain ? 0.55 : 0;
          if (score > 0) yield { start, end: start + place.length, score };
          from = to - 1;
          break;
        }
      }
    }
  },
};
