/** Days in words: "the third of March", "May twenty-second", "am zwölften Mai", "veintitrés de abril", "dal primo aprile". */
import { MONTH } from '../dates.ts';
import type { Recogniser } from '../recogniser.ts';
import { withWeekday } from '../weekdays.ts';
import { WordPattern } from '../words/word-pattern.ts';

const ENGLISH =
  '(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth';
const GERMAN =
  '(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?:zwanzig|dreißig)ste[nr]?|(?:zwanzig|dreißig)ste[nr]?|(?:drei|vier|fünf|sech|sieb|acht|neun)zehnte[nr]?|(?:ers|zwei|drit|vier|fünf|sechs|sieb|siebt|ach|neun|zehn|elf|zwölf)te[nr]?';
/** What the south counts days by, and the first of a month, which has a word of its own. */
const ROMANCE = [
  '(?:primero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|diecis[eé]is|diecisiete|dieciocho|diecinueve|veinte|veinti(?:uno|ún|dós|trés|cuatro|cinco|séis|siete|ocho|nueve)|treinta(?: y un[o]?)?) de',
  '(?:primeiro|um|dois|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|treze|[cq]uatorze|quinze|dezess?eis|dezasseis|dezess?ete|dezassete|dezoito|dezenove|dezanove|vinte(?: e (?:um|dois|três|quatro|cinco|seis|sete|oito|nove))?|trinta(?: e um)?) de',
  'primo|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|tredici|quattordici|quindici|sedici|diciassette|diciotto|diciannove|vent(?:i|uno|idue|itré|iquattro|icinque|isei|isette|otto|inove)|trent(?:a|uno)',
  'premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-(?:sept|huit|neuf)|vingt(?:-et-un|[ -](?:deux|trois|quatre|cinq|six|sept|huit|neuf))?|trente(?:-et-un)?',
  'pierwszego|prvního|eerste|första|første|ensimmäinen',
].join('|');
const TENS = 'ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety';
const ONES =
  'one|two|three|four|five|six|seven|eight|nine|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen';
const YEAR = String.raw`(?:,? (?:in the year )?(?:(?:two thousand|twenty|nineteen(?: hundred)?)(?: and)?(?:[ -](?:${TENS}|${ONES})){0,2}|(?:19|20)\d\d))?`;
const DAYS = new WordPattern(
  String.raw`(?<!\p{L})(?:(?:(?:${ENGLISH}) (?:day )?of|${GERMAN}|${ROMANCE}) ${MONTH}|${MONTH} (?:the )?(?:${ENGLISH}))(?![\p{L}-])${YEAR}(?!\p{L})`,
  'iu',
);
/** Months that are words too: "march second", "may first" are days where they are written as names. */
const WORD = /^(?:may|march|mars|mar|mai|set|dec|jan|gen|mag)(?!\p{L})/u;

export const recogniser: Recogniser = {
  name: 'date-in-words',
  kind: 'date',
  *find(text) {
    for (const { 0: value, index } of DAYS.matches(text))
      if (!WORD.test(value)) yield { ...withWeekday(text, { start: index, end: index + value.length }), score: 0.75 };
  },
};
