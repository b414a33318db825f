/** Telephone and fax numbers of any country, by libphonenumber's rules; a fax is told by its word. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { remembered } from '../../../base/remembered.ts';
import { isOfNobody } from '../announcing/terms.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const SHAPE = new Expression(
  /(?<![\p{L}\p{N}.,/=#_-]|\d |(?<!\p{L}{3}):)(?:\+|00 ?|\(\+?)?\d(?:(?:[ \u00a0./-]{0,2}| [/–-] (?!(?:\+|0)\d))\(?\d\)?){5,15}(?![\p{L}\p{N}_-]|[.,:/]\d|%| ?[€$£])(?:,?\s{0,2}(?:x|ext\.?|extn\.?|extension|durchwahl|dw|app\.|poste|int\.?|interno|wew\.?|ankn\.?|toestel|tst\.?|r\.|ramal|anexo)\s?\d{1,6}(?!\d))?/giu,
  { isNearDigits: true },
);
/** With letters for digits, and with an area's code for callers from abroad: "1-877-451-TEEN", "(+353 or 0)86 854 9268". */
const OTHER_SHAPES = new Expression(
  /(?<![\p{L}\p{N}.,/=#_-]|\d )(?:(?:1[-. ])?\(?8(?:00|33|44|55|66|77|88)\)?[-. ]{1,2}(?=[\d. -]{0,5}[A-Z]{3})[A-Z\d](?:[-. ]?[A-Z\d]){5,9}|\(\+\d{1,3} (?:or|oder|ou|o) 0\) ?\d(?:[ -]?\d){6,11})(?![\p{L}\p{N}_-])/gu,
  { isNearDigits: true },
);
/** As Japan writes them, where no space need stand before one. */
const JAPANESE = new Expression(/(?<![\d-])0\d{1,4}-\d{1,4}-\d{4}(?![\d-])/gu, { isNearDigits: true });
/** "8.11.6/8.11.6": of a program. */
const VERSIONS = /^\(?\d{1,2}\.\d{1,3}\.\d{1,3}\/\d|^\d\.\d\d\.\d{4}\.\d{4}$/;
/** "1-56592-509-2": of a book. */
const ISBN = /^\d-\d{2,7}-\d{2,7}-\d$/;
const ISBN_DIGITS = 10;
const FAX = /\b(?:tele)?fax|télécopie|faks/i;
const PHONE =
  /\b(?:tel|telefo[nn]?o?|téléphone|teléfono|telefoon|phone|mobile?|cel|cell(?:ulare|ular)?|handy|call(?:ed|ing)?|ring|text|sms|whats ?app|hotline|pager|contact|reach|dial|rufen|anrufen|rufnummer|móvil|portable|appel\w{0,3}|llam\w{0,4}|chiam\w{0,4}|bel(?:len)?|komórk\w{0,3}|zadzwo\w{0,3}|ring(?:a)?|celular|ligue|ligar|richiam\w{0,5}|recapito|zap|fone|telefone|telefon(?:isch|nr|nummer|ska|em|u|ul)?|telefoonnummer|mobil(?:nummer|nr|telefon|t)?|tlf|gsm|puh|cep|mobilní|telefonní|contato|contatto|erreichbar|joindre|localizar)\b/i;
/** Tried in turn where a number does not say its country. */
const REGIONS: readonly CountryCode[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'ES',
  'IT',
  'NL',
  'PL',
  'SE',
  'CH',
  'BR',
  'IN',
  'AT',
  'BE',
  'AU',
  'CA',
  'IE',
  'DK',
  'NO',
  'FI',
  'PT',
  'MX',
  'CZ',
  'RO',
  'HU',
  'GR',
  'TR',
  'ID',
  'PH',
  'MY',
  'TH',
  'VN',
  'KR',
  'TW',
  'KE',
  'NG',
  'ZA',
  'IL',
  'EG',
];

export const recogniser: Recogniser = {
  name: 'phone',
  kind: 'phone',
  needs: { digits: 4 },
  *find(text) {
    for (const { 0: value, index } of OTHER_SHAPES.matches(text))
      yield { start: index, end: index + value.length, score: 0.85 };
    for (const { 0: value, index } of JAPANESE.matches(text))
      if (parsePhoneNumberFromString(value, 'JP')?.isValid() === true)
        yield { start: index, end: index + value.length, score: 0.85 };
    for (const { 0: value, index } of SHAPE.matches(text)) {
      const before = text.slice(Math.max(0, index - 40), index);
      const start = index > 0 && text[index - 1] === '(' && /^\d{2,5}\)/.test(value) ? index - 1 : index;
      const score = scoreOf(value, before);
      if (score > 0) yield { start, end: index + value.length, score, ...kindOf(before) };
    }
  },
};

function kindOf(before: string): Pick<Candidate, 'kind'> {
  const [fax, phone] = [before.search(FAX), before.search(/\b(?:tel|phone|mobil)/i)];
  return fax > -1 && fax >= phone ? { kind: 'fax' } : {};
}

/** Numbers of a row's sender, and of the texts' makers, come again and again. */
const MOST_KNOWN = 20_000;

const isValidSomewhere = remembered(MOST_KNOWN, (number): boolean =>
  REGIONS.some((region) => parsePhoneNumberFromString(number, region)?.isValid() === true),
);

/** An international form is a phone; others need words, or the grouping that numbers of a country have. */
function scoreOf(value: string, before: string): number {
  const bare = value.replace(
    /(?:x|extn?|extension|durchwahl|dw|app|poste|int|interno|wew|ankn|toestel|tst|r|ramal|anexo)\.?\s?\d{1,6}$/i,
    '',
  );
  const digits = bare.replaceAll(/\D/g, '').length;
  if (digits < 7 || digits > 15 || /^\(?(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?/.test(bare)) return 0;
  // Decimal fractions beside each other, and a DOI.
  if (/^\d{1,3}\.\d+\s|^10\.\d{4,9}\//.test(bare)) return 0;
  // As Brazil writes them: with ten digits or eleven, and its area.
  if (/^\(\d\d\) ?9?\d{4}-\d{4}$/.test(bare)) return 0.9;
  if (VERSIONS.test(bare)) return 0;
  if (ISBN.test(bare) && digits === ISBN_DIGITS) return 0;
  const hasWord = PHONE.test(before) || FAX.test(before);
  if (/^\(?(?:\+|00)/.test(bare)) {
    const international = bare
      .replace(/^\(/, '')
      .replace(/^00 ?/, '+')
      .replace(/\)/, '')
      .replace('(0)', '')
      .replace(/^\+00/, '+');
    return parsePhoneNumberFromString(international)?.isPossible() === true ? 0.92 : hasWord ? 0.6 : 0;
  }
  // Fictional numbers in their usual grouping are none of libphonenumber's, and stand in many texts.
  if (/^\(?\d{3}\)?[-. ]{1,2}\d{3}[-. ]\d{4}$/.test(bare)) {
    return !hasWord && !bare.startsWith('(') && isOfNobody(before) ? 0 : 0.8;
  }
  // Asked last: a number is tried in more than twenty countries.
  const isValid = (): boolean => isValidSomewhere(bare);
  if (hasWord) return isValid() ? 0.9 : 0.7;
  if (isOfNobody(before)) return 0;
  const groups = bare.split(/[ ./()-]+/).filter((group) => group !== '').length;
  // Sizes and shares in a row.
  if (!/^\(?0/.test(bare) && / [/–-] /.test(bare)) return 0;
  const score = /^\(?0/.test(bare) && groups > 1 ? 0.7 : groups > 2 ? 0.5 : 0;
  return score > 0 && isValid() ? score : 0;
}
