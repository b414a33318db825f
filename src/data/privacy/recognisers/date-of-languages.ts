/** Dates in some hundred languages more: "5. mail 2025", "2025. augusztus 4", "3 مايو", "2025年3月8日", "12/5/1446". */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withWeekday } from '../weekdays.ts';
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';

const SCORE = 0.8;
const YEAR = String.raw`(?:1[3-9]|2[05])\d\d`;
const DAY = String.raw`(?:3[01]|[12]\d|0?[1-9])`;

/** A day, what may stand behind it, and a word: which words are months, the table says. */
const DAY_FIRST = leanestPattern(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}.,:/-])${DAY}(?:-?(?:e|a|i|ja|та|го|ші|nji|ος|η))?[.ºª°]?(?: (?:de|di|ta['’]|of|to))?[ -]?(?<word>[\p{L}\p{M}'’]{3,20})(?:[.,]?(?: de| of| عام| سنة)? ${YEAR}(?!\p{N})(?: ?(?:р|г)\.)?)?`,
    'gu',
  ),
);
const MONTH_FIRST = leanestPattern(
  new RegExp(
    String.raw`(?<![\p{L}\p{M}])(?<word>[\p{L}\p{M}'’]{3,20}) ${DAY}(?!\p{N}|[.,:/-]\d| ?%)(?:,? ${YEAR}(?!\p{N}))?`,
    'gu',
  ),
);
/** In front of either: the year, and what languages put behind it. */
const YEAR_BEFORE = new RegExp(String.raw`(?<!\p{N})${YEAR}(?:[.]|-?eko| (?:m\.|gada|жылғы|жылдын|оны|жылы))? $`, 'u');
const YEAR_REACH = 14;

/** Years of eras too; days and months by their signs. */
const IN_SIGNS = new RegExp(
  String.raw`(?:(?:(?:令和|平成|昭和|大正|明治|民國|民国) ?(?:\d{1,3}|元) ?年|(?<!\d)(?:${YEAR}|[6-9]\d|1[01]\d) ?[年년]) ?(?:1[0-2]|0?[1-9]) ?[月월](?: ?${DAY} ?[日일號号])?|(?<![\d年년] ?)(?:1[0-2]|0?[1-9]) ?[月월] ?${DAY} ?[日일號号])`,
  'gu',
);
const VIETNAMESE = new RegExp(
  String.raw`(?<!\p{N})${DAY} tháng (?:1[0-2]|0?[1-9])(?!\p{N})(?:,? (?:năm )?${YEAR}(?!\p{N}))?|(?<!\p{L})tháng (?:1[0-2]|0?[1-9])(?: năm |[/-])${YEAR}(?!\p{N})`,
  'giu',
);
/** Of Islamic and Persian years. */
const OTHER_YEARS = new RegExp(
  String.raw`(?<![\p{L}\p{N}/.-])(?:1[34]\d\d\/(?:1[0-2]|0?[1-9])\/${DAY}|${DAY}\/(?:1[0-2]|0?[1-9])\/1[34]\d\d)(?![\p{N}/.-])`,
  'gu',
);

/** Of Korea, China and Japan, beside their letters: elsewhere versions are written so. */
const DOTTED =
  /(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][ :(~-]{0,3})(?:19|20)\d\d\. ?(?:1[0-2]|0?[1-9])\. ?(?:3[01]|[12]\d|0?[1-9])(?![\d-])\.?/g;
/** A year by itself: which word stands before it is looked at. */
const YEAR_ALONE = new RegExp(String.raw`(?<= )(?:19|20)\d\d(?![\p{N}/-]|[.,]\d)`, 'gu');
const MONTH_BEFORE = /(?<![\p{L}\p{M}'’-])(?<word>[\p{L}\p{M}'’]{3,20})(?: (?:de|di|del|din))? $/u;
const MONTH_REACH = 26;
/** Months as languages bend them for "in". */
const BENT_MONTHS = new Set(
  'январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре січні лютому березні квітні травні червні липні серпні вересні жовтні листопаді грудні januárban februárban márciusban áprilisban májusban júniusban júliusban augusztusban szeptemberben októberben novemberben decemberben tammikuussa helmikuussa maaliskuussa huhtikuussa toukokuussa kesäkuussa heinäkuussa elokuussa syyskuussa lokakuussa marraskuussa joulukuussa ιανουάριο φεβρουάριο μάρτιο απρίλιο μάιο ιούνιο ιούλιο αύγουστο σεπτέμβριο οκτώβριο νοέμβριο δεκέμβριο'.split(
    ' ',
  ),
);

/** Words that another language's sentences have, or names. */
const WORDS_TOO = new Set('mart ter sene mehr dey bahman azar tir may set mai mei juli'.split(' '));
/** Months that stand in front of their day. */
const LANGUAGES_MONTH_FIRST = new Set([
  'hu',
  'fil',
  'ceb',
  'eu',
  'lt',
  'mn',
  'ethiopic',
  'persian',
  'islamic-umalqura',
  'hebrew',
]);

interface Months {
  all: ReadonlySet<string>;
  first: ReadonlySet<string>;
}

let loaded: Months | undefined;

function months(): Months {
  loaded ??= monthsOf(
    readFileSync(fileURLToPath(new URL('../../../../assets/dates/months.txt', import.meta.url)), 'utf8'),
  );
  return loaded;
}

function monthsOf(text: string): Months {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const namesOf = (some: typeof lines): Set<string> => new Set(some.flatMap(([, ...names]) => names));
  return { all: namesOf(lines), first: namesOf(lines.filter(([language]) => LANGUAGES_MONTH_FIRST.has(language))) };
}

/** Hebrew writes "in" as a part of the month. */
function isMonth(word: string, names: ReadonlySet<string>): boolean {
  // "23 Nisan'da": an ending behind its sign.
  const lower = word
    .toLowerCase()
    .normalize('NFC')
    .replace(/['’]\p{L}{1,5}$/u, '');
  return names.has(lower) || (lower.startsWith('ב') && names.has(lower.slice(1)));
}

export const recogniser: Recogniser = {
  name: 'date-of-languages',
  kind: 'date',
  needs: { digits: 1 },
  *find(text) {
    for (const { 0: whole, index, groups } of matchesOf(DAY_FIRST, text))
      if (isMonth(groups!.word, months().all)) yield* dateAt(text, index, whole);
    for (const { 0: whole, index, groups } of matchesOf(MONTH_FIRST, text)) {
      if (isMonth(groups!.word, months().first)) yield* dateAt(text, index, whole);
    }
    for (const form of [IN_SIGNS, VIETNAMESE, OTHER_YEARS, DOTTED])
      for (const { 0: whole, index } of matchesOf(form, text))
        yield { start: index, end: index + whole.length, score: SCORE };
    yield* monthsOfYears(text);
  },
};

/** "februarie 2024": without a day. */
function* monthsOfYears(text: string): Generator<Candidate> {
  for (const { 0: year, index } of matchesOf(YEAR_ALONE, text)) {
    const from = Math.max(0, index - MONTH_REACH);
    const month = MONTH_BEFORE.exec(text.slice(from, index));
    if (month === null) continue;
    const word = month.groups!.word;
    const isOne = BENT_MONTHS.has(word.toLowerCase()) || isMonth(word, months().all);
    if (isOne && !WORDS_TOO.has(word.toLowerCase()))
      yield { start: from + month.index, end: index + year.length, score: SCORE };
  }
}

/** With the year in front of it. A month that is a word too is one beside a year or in front of a day of the week only. */
function* dateAt(text: string, index: number, whole: string): Generator<Candidate> {
  const from = Math.max(0, index - YEAR_REACH);
  const year = YEAR_BEFORE.exec(text.slice(from, index));
  const start = year === null ? index : from + year.index;
  const dated = withWeekday(text, { start, end: index + whole.length });
  const isDated = year !== null || dated.end > index + whole.length || /\d{4}/.test(whole);
  if (!isDated && WORDS_TOO.has(/\p{L}{3,}/u.exec(whole)?.[0].toLowerCase() ?? '')) return;
  yield { ...dated, score: SCORE };
}
