/** Dates with more than a year, and the day of the week before them. "May 5" needs its month to be one: numbers of versions and fractions are left. */
import { DATE_FORMS } from '../dates.ts';
import type { Recogniser } from '../recogniser.ts';
import { withWeekday } from '../weekdays.ts';
import { Expression } from '../words/expression.ts';

const FORMS = DATE_FORMS.map((form) => new Expression(form, { isNearDigits: true }));

/** Months in small letters that are words too, in front of a number, and behind one. */
const WORD_BEFORE_DAY = /^(?:may|march|mars|mar|set|gen|mag|mai|maj|mei|dec|jan)$/;
const WORD_BEHIND_DAY = /^(?:may|march|mar|set|gen|mag|dec|jan)$/;
/** "on 3 march", "the 5th of may". */
const ASKS_FOR_DAY =
  /(?:\b(?:on|by|until|till|from|since|before|after|to|born|dated?|the|il|dal|al)\s|(?:st|nd|rd|th) (?:of )?)$/i;

export const recogniser: Recogniser = {
  name: 'date',
  kind: 'date',
  needs: { digits: 1 },
  *find(text) {
    for (const form of FORMS) {
      for (const { 0: value, index, groups = {} } of form.matches(text)) {
        const { first, second } = groups;
        if (first !== undefined && Number(first) > 12 && Number(second) > 12) continue;
        if (
          isVersion(
            value,
            text.slice(Math.max(0, index - 40), index),
            text.slice(index + value.length, index + value.length + 24),
          )
        )
          continue;
        if (isWord(value, groups, text.slice(Math.max(0, index - 12), index))) continue;
        yield { ...withWeekday(text, { start: index, end: index + value.length }), score: 0.85 };
      }
    }
  },
};

const PROGRAM = 'kernels?|versions?|firmware|linux|upgrad(?:e|es|ed|ing)|drivers?|treiber|php|python|perl|java';
/** "kernel 2.4.19", "upgrade to 7.2.14", "7.1.0 to 7.2.14"; a preposition alone stands before days as well: "moved to 7.4.24". */
const VERSION_BEFORE = new RegExp(
  String.raw`(?<!\p{L})(?:(?:${PROGRAM}|release|build)|(?:${PROGRAM})(?:\s\p{L}{2,10})?\s(?:from|to|under|using|with|of)(?:\s\d\.\d{1,2}\.\d\d\s(?:to|and))?|(?<![\d.])\d\.\d{1,2}\.\d\s(?:to|and|or))\s{1,2}$`,
  'iu',
);
/** "2.4.19 kernels", "the 2.4.19 release of"; but "4.11.85 release form signed". */
const VERSION_BEHIND =
  /^\s?(?:(?:kernels?|version)(?!\p{L})|(?:release|update|build)(?=[.,;)]|$|\s(?:of|is|was|has|and|kernel)(?!\p{L}))|-\p{L})/iu;

function isVersion(value: string, before: string, behind: string): boolean {
  if (!/^\d\.\d{1,2}\.\d\d$/.test(value)) return false;
  return VERSION_BEFORE.test(before) || VERSION_BEHIND.test(behind);
}

/** "may 5 %" and "mar 3" in prose are words; a month as written in English has a capital, and others a year or "de". */
function isWord(value: string, { name, year }: Record<string, string | undefined>, before: string): boolean {
  if (name === undefined || year !== undefined) return false;
  if (value.startsWith(name)) return WORD_BEFORE_DAY.test(name);
  return WORD_BEHIND_DAY.test(name) && !/\d(?:st|nd|rd|th)|\sde\s/.test(value) && !ASKS_FOR_DAY.test(before);
}
