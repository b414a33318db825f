/** Towns in forms, and in tables: what stands behind "Town:" or under a column "city". */
import { cellsUnder } from '../columns.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

const LABELS = String.raw`(?:current|home|present) location|(?:place|city|town) of residence|lieu de résidence|(?:lugar|ciudad) de residencia|comune di residenza|città di residenza|cidade de residência|miejsce zamieszkania|bostadsort|poststed|bostedsted|postdistrikt|bydliště|město|obec|şehir|ilçe|city|town|(?:city|town) ?\/ ?(?:city|town)|place of birth|birthplace|home ?town|suburb|wohnort|ort|stadt|geburtsort|wohnsitz|ville(?: de naissance)?|commune|lieu de naissance|ciudad|localidad|municipio|población|lugar de nacimiento|città|comune|luogo di nascita|localidade|cidade|naturalidade|local de nascimento|plaats|woonplaats|geboorteplaats|gemeente|miasto|miejscowość|miejsce urodzenia|ort|postort|hemort|födelseort`;
const LABELLED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}_.-])(?:${LABELS})["']?\s{0,3}[:=|]\s{0,4}["'«“]?(?<value>\p{L}[\p{L}'’.-]{1,24}(?: \p{L}[\p{L}'’.-]{0,24}){0,4}(?: \d{1,2})?)(?=\s*(?:$|[\n,;|/("'»”]| {2}))`,
  'iu',
);
const COLUMN = new RegExp(String.raw`^["']?(?:${LABELS})["']?$`, 'iu');
/** Told from "unknown" by their capitals; the pattern above does not, as case is all one to it. */
const TOWN = /^\p{Lu}[\p{L}'’.-]+(?: (?:\p{Ll}{1,5} ){0,2}(?:\p{Lu}[\p{L}'’.-]*|\p{Ll}\.[\p{L}.]+))*(?: \d{1,2})?$/u;

export const recogniser: Recogniser = {
  name: 'city-field',
  kind: 'city',
  *find(text) {
    for (const match of LABELLED.matches(text)) {
      const { value } = match.groups!;
      if (!TOWN.test(value)) continue;
      const start = match.index + match[0].lastIndexOf(value);
      yield { start, end: start + value.length, score: 0.85 };
    }
    for (const { start, end } of cellsUnder(text, COLUMN)) {
      if (TOWN.test(text.slice(start, end))) yield { start, end, score: 0.85 };
    }
  },
};
