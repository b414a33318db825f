/** Addresses in forms, and in tables: what stands behind "Street:" or under a column "address". */
import { cellsUnder } from '../columns.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

const LABELS = String.raw`(?:(?:home|postal|mailing|street|residential|permanent|current|previous|billing|shipping|delivery|correspondence|business|private) )?address(?:es)?(?: (?:line )?[1-4])?|addr(?:ess)?[_ ]?(?:line)?[_ ]?[1-4]?|street(?: (?:name|and (?:house )?number))?|residence|(?:wohn|post|privat|liefer|rechnungs|melde)?-?(?:adresse|anschrift)|straße(?: (?:und|u\.) (?:haus)?n(?:umme)?r\.?)?|strasse|wohnhaft|adresse(?: postale| complète| du domicile)?|domicile|rue(?: et n(?:°|uméro))?|(?:dirección|domicilio)(?: postal| completo| particular)?|calle(?: y n(?:úmero|\.?º))?|indirizzo|residenza|via(?: e n(?:umero)?)?|morada|endereço(?: completo)?|rua(?: e n(?:úmero|\.?º))?|(?:post|woon|bezoek)?adres|straat(?:(?: en|,) (?:huis)?(?:nummer|nr))?|adres(?: zamieszkania| korespondencyjny)?|ulica(?:,? (?:i )?(?:nr|numer)(?: domu)?)?|(?:post|hem|bostads)?adress|gata(?:,? och (?:nr|nummer))?|gatuadress|city ?[/,] ?state ?(?:[/,&]|and) ?zip(?: code)?|city,? state,? zip|plz ?[/,] ?ort|(?:c\.?p\.?|code postal) ?[/,] ?ville|postcode ?[/,] ?(?:plaats|town|city)`;
const LABELLED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}_.-])(?<!(?:e-?mail|web|ip|ipv[46]|mac|memory|bus|hardware|network|return|base|start|physical|virtual|source|destination|internet|site|server) )(?:${LABELS})["']?\s{0,3}[:=|]\s{0,4}["'«“]?`,
  'iu',
  { isNearDigits: true },
);
const COLUMN = new RegExp(String.raw`^["']?(?:${LABELS})["']?$`, 'iu');
/** Where the value of the next field would begin. */
const NEXT_LABEL =
  / {3,}|\s(?:tel|phone|mob|fax|e-?mail|dob|name|city|town|postcode|zip|ort|plz)[\p{L}. ]{0,12}[:=]|[|;\t"»”]/iu;
const LONGEST = 110;
/** A house's number, and a street without one, in fields of their own. */
const HOUSE_NUMBER = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:huis(?:nr|nummer)|haus(?:nr|nummer)|house[ _]?(?:no|nr|number)|street[ _]?(?:no|nr|number)|n(?:umero|um|°)?[ _]civico|civico|nr[ _]domu|numer[ _]domu|hus(?:nr|nummer)|(?:num|numero)[ _](?:voie|rue|ext(?:erior)?)|číslo popisné|kapı no)["'.]{0,2}\s{0,2}[:=]\s{0,2}["']?(?<value>\d{1,5}(?: ?[a-zA-Z](?![\p{L}\p{N}]))?(?:[/-][\p{L}\d]{1,4})?)(?![\p{L}\p{N}])`,
  'iu',
  { isNearDigits: true },
);
const NUMBER_COLUMN =
  /^["']?(?:huis(?:nr|nummer)|haus(?:nr|nummer)|house[ _]?(?:no|nr|number)|civico|nr[ _]domu|hus(?:nr|nummer))["']?$/i;
const STREET = new WordPattern(
  String.raw`(?<=["'])(?:street|straat(?:naam)?|stra(?:ß|ss)e|rue|voie|calle|via|rua|logradouro|ulica|gata|vej|gate|ulice|sokak|line_?1|addr(?:ess)?_?(?:line)?_?1?|adresse|dirección|direccion|endere[cç]o|indirizzo|adres)["']\s?:\s?["'](?<value>\p{L}[\p{L}\p{N} .,'’/°-]{3,70})["']`,
  'iu',
  { isNearDigits: true },
);

export const recogniser: Recogniser = {
  name: 'address-field',
  kind: 'address',
  needs: { digits: 1 },
  *find(text) {
    for (const { 0: label, index } of LABELLED.matches(text)) {
      const start = index + label.length;
      const line = text.slice(start, start + LONGEST).split('\n')[0];
      const next = line.search(NEXT_LABEL);
      const value = (next < 0 ? line : line.slice(0, next)).replace(/[\s.,;)]+$/u, '');
      if (isAddress(value)) yield { start, end: start + value.length, score: 0.62 };
    }
    for (const pattern of [HOUSE_NUMBER, STREET]) {
      for (const match of pattern.matches(text)) {
        const { value } = match.groups!;
        const start = match.index + match[0].lastIndexOf(value);
        yield { start, end: start + value.length, score: 0.62 };
      }
    }
    for (const { start, end } of cellsUnder(text, NUMBER_COLUMN))
      if (/^\d{1,5} ?[a-z]?$/i.test(text.slice(start, end))) yield { start, end, score: 0.62 };
    for (const { start, end } of cellsUnder(text, COLUMN)) {
      if (isAddress(text.slice(start, end))) yield { start, end, score: 0.62 };
    }
  },
};

/** A number beside a word that begins with a capital, and nothing that only computers have. */
function isAddress(value: string): boolean {
  if (value.length < 6 || value.length >= LONGEST - 5) return false;
  if (/[@{}<>$\\=_]|:\/\/|0x|\d\.\d+\.\d/u.test(value) || /\. \p{Lu}\p{Ll}+ \p{Ll}+ \p{Ll}+/u.test(value)) return false;
  return /(?<![\p{L}\p{N}])\d{1,5}(?!\d)/u.test(value) && /(?<![\p{L}\p{N}])\p{Lu}\p{L}{2}/u.test(value);
}
