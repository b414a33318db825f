/** Numbers of passports by their form, wherever the text speaks of one: "his passport is lost; A1829044 was the number". */
import { isOfNobody } from '../announcing/terms.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

/** A letter or two, or three, and digits; nine digits; Germany's and Italy's of letters and digits mixed, France's. */
const SHAPE = new Expression(
  /(?<![\p{L}\p{N}/.#-])(?:[A-Z]{1,2} ?\d{6,8}|[A-Z]{3}\d{6}|\d{9}|\d{2}[A-Z]{2}\d{5}|[CFGHJK](?=[A-Z]{0,7}\d)[CFGHJKLMNPRTVWXYZ\d]{8}|[A-Z]{2}\d{5}[A-Z]{2}|[NPS]\d{7}[A-Z])(?![\p{L}\p{N}/-]|[.,]\d)/gu,
  { isNearDigits: true },
);
const PASSPORT =
  /(?<!\p{L})(?:pass ?ports?|reise-?p[aä]ss(?:e[sn]?)?|pass(?:es|et|nr|nummer)?|pässe|passeports?|pasaportes?|passaport[oie]s?|paspoort(?:en)?|paszport\p{L}{0,3}|paszporci\p{L}{1,2}|pas|passi(?:n|nsa)?|pasaport\p{L}{0,4}|pașaport\p{L}{0,4}|útlevél\p{L}{0,4}|διαβατήρι\p{L}{1,2}|паспорт\p{L}{0,3}|pp (?:no|number)|travel documents?|booklet|photo page)(?!\p{L})/iu;
const REACH = 110;

export const recogniser: Recogniser = {
  name: 'passport-shape',
  kind: 'passport',
  needs: { digits: 2 },
  *find(text) {
    for (const { 0: value, index } of SHAPE.matches(text)) {
      const end = index + value.length;
      const around = `${text.slice(Math.max(0, index - REACH), index)}\n${text.slice(end, end + REACH)}`;
      if (!PASSPORT.test(around) || isOfNobody(text.slice(Math.max(0, index - REACH), index))) continue;
      yield { start: index, end, score: 0.5 };
    }
  },
};
