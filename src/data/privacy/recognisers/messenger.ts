/** Names and numbers at messengers, as signatures have them: "AIM: BKClements", 'Yahoo Msgr "joetopshot"', "ICQ# 12345678". */
import { isEveryday } from '../names/everyday.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

const SERVICES = String.raw`AIM|AOL(?:[ -]?(?:IM|Instant Messenger))?|AOL-IM|Yahoo!?(?: ?(?:IM|ID|Msgr|Messenger))|YIM|Y!M?|MSN(?: ?(?:IM|Messenger))?|ICQ|Jabber(?: ID)?|IRC(?: nick)?|Skype|Google ?Talk|GTalk|Gadu-?Gadu|GG|Tlen`;
/** A name in quotation marks may be of several words. */
const NAMED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:${SERVICES})(?:(?: (?:screen ?name|nick|handle|id|name))?(?: ?[:=]| is) ?(?<bare>[A-Za-z][\w.-]{2,31}(?<![.-]))(?![\w@])| ?[:=]? ?["“](?<quoted>[A-Za-z][\w .-]{2,31}?)["”])`,
  'u',
);
const NUMBERED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:ICQ|UIN|Gadu-?Gadu|GG)(?: ?(?:UIN|number|no\.?|nr\.?|id|#))?\s?[:=#]?\s?(?<number>\d{5,10}|\d{1,3}(?:-\d{3}){2})(?![\p{L}\p{N}-])`,
  'iu',
);

export const recogniser: Recogniser = {
  name: 'messenger',
  kind: 'code',
  *find(text) {
    for (const match of [...NAMED.matches(text), ...NUMBERED.matches(text)]) {
      const { bare, quoted, number } = match.groups!;
      const value = (bare ?? quoted ?? number)!;
      // "AIM: to reduce"
      if (bare !== undefined && /^(?:\p{Ll}+|\p{Lu}?\p{Ll}+)$/u.test(bare) && isEveryday(bare.toLowerCase())) continue;
      const start = match.index + match[0].lastIndexOf(value);
      yield { start, end: start + value.length, score: 0.7 };
    }
  },
};
