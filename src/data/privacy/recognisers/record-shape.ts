/** Numbers whose own form says what they are: "MR-204471" of patients, identity cards of Hong Kong, numbers of birth of Czechia. */
import { entryOf, table } from '../../../base/table.ts';
import type { Kind } from '../kinds.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const FORM = new Expression(
  /(?<![\p{L}\p{N}-])(?:(?<account>\d\d-\d{4}-\d{7}-\d{2,3})|(?<record>MRN?[- ]?\d{5,10}(?:-[A-Z\d])?)|(?<card>[A-Z]{1,2}\d{6} ?\([\dA]\))|(?<=DIN:? )(?<director>0\d{7})|(?<=R\.?F\.?C\.?:? )(?<tax>[A-ZÑ&]{3,4}\d{6}[A-Z\d]{3})|(?<birth>\d\d(?:[0257][1-9]|[1368][0-2])(?:0[1-9]|[12]\d|3[01])\/(?!19\d\d|20\d\d)\d{3,4}|(?<=RČ:? ?)\d{9,10}))(?![\p{L}\p{N}/])/gu,
  { isNearDigits: true },
);
const KINDS: Record<string, Kind> = table({
  /** Of New Zealand's banks. */
  account: 'account',
  record: 'medical_record',
  card: 'national_id',
  director: 'code',
  tax: 'national_id',
  birth: 'national_id',
});

/** The weighted sum of letters, from A = 10 and a space = 36, and digits is a multiple of eleven. */
function isCard(value: string): boolean {
  const signs = [...value.replaceAll(/[ ()]/g, '').padStart(9, ' ')];
  const numbers = signs.map((sign, at) =>
    sign === ' ' ? 36 : /\d/.test(sign) ? Number(sign) : at === 8 ? 10 : sign.charCodeAt(0) - 55,
  );
  return numbers.reduce((sum, number, at) => sum + number * (9 - at), 0) % 11 === 0;
}

export const recogniser: Recogniser = {
  name: 'record-shape',
  kind: 'medical_record',
  needs: { digits: 5 },
  *find(text) {
    for (const { 0: value, index, groups } of FORM.matches(text)) {
      const name = Object.keys(KINDS).find((one) => entryOf(groups!, one) !== undefined)!;
      if (name === 'card' && !isCard(value)) continue;
      yield { start: index, end: index + value.length, kind: KINDS[name], score: name === 'card' ? 0.85 : 0.65 };
    }
  },
};
