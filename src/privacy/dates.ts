/** Dates as people write them: found, read, and written again in their own form. */
import { entryOf } from '../base/table.ts';
import { moveWeekday, splitWeekday } from './weekdays.ts';

/** Names of months in languages of the Latin script, in order; the first three letters of a name also stand for it. */
const NAMES: readonly string[] = [
  'january|januar|jänner|janvier|enero|gennaio|januari|stycznia|styczeń|janeiro',
  'february|februar|feber|février|febrero|febbraio|februari|lutego|luty|fevereiro',
  'march|märz|mars|marzo|maart|marca|marzec|março',
  'april|avril|abril|aprile|kwietnia|kwiecień',
  'may|mai|mayo|maggio|mei|maja|maj|maio',
  'june|juni|juin|junio|giugno|czerwca|czerwiec|junho',
  'july|juli|juillet|julio|luglio|lipca|lipiec|julho',
  'august|août|agosto|augustus|augusti|sierpnia|sierpień',
  'september|septembre|septiembre|settembre|września|wrzesień|setembro',
  'october|oktober|octobre|octubre|ottobre|października|październik|outubro',
  'november|novembre|noviembre|listopada|listopad|novembro',
  'december|dezember|décembre|diciembre|dicembre|grudnia|grudzień|dezembro',
];
const SHORT =
  'jan|feb|mar|apr|jun|jul|aug|sept|sep|okt|oct|nov|dec|dez|dic|ene|ago|janv|févr|avr|juil|déc|mär|mrt|gen|mag|giu|lug|set|ott';
export const MONTH = `(?:${NAMES.join('|')}|(?:${SHORT})\\b\\.?)`;

const OF = String.raw`(?:\s(?:of|de|del|do)\s|[\s-]{1,2}|\/)`;
const DAY = String.raw`(?:0?[1-9]|[12]\d|3[01])`;
const NUMBER = String.raw`(?:0?[1-9]|1[0-2])`;
const YEAR = String.raw`(?:1[89]\d\d|20\d\d)`;

/** Each with named groups; which of them are there says what form it is. */
export const DATE_FORMS: readonly RegExp[] = [
  new RegExp(
    String.raw`(?<![\w.-])(?<year>${YEAR})(?<s>[-/.])(?<month>0[1-9]|1[0-2])\k<s>(?<day>0[1-9]|[12]\d|3[01])(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])`,
    'giu',
  ),
  new RegExp(
    String.raw`(?<![\w.-])(?<first>${DAY})(?<s>[-/.]|\. )(?<second>${DAY})\k<s>(?<year>${YEAR}|['’]?\d\d)(?![\w-]|\.\d)`,
    'giu',
  ),
  // "7/3 1990", "14/3-24", as the north writes
  new RegExp(
    String.raw`(?<![\w./-])(?<first>${DAY})(?<s>\/)(?<second>${DAY})(?:[- ](?<year>${YEAR})|-(?<year>['’]?\d\d))(?![\w/-]|[.:]\d)`,
    'giu',
  ),
  new RegExp(String.raw`(?<![\w.-])(?<day>${DAY})-(?<name>${MONTH})-(?<year>\d\d)(?![\w-])`, 'giu'),
  new RegExp(String.raw`(?<![\w.-])(?<year>${YEAR})[ /-](?<name>${MONTH})[ /-](?<day>${DAY})(?![\p{L}\d])`, 'giu'),
  new RegExp(
    String.raw`(?<![\w.-])(?<day>0[1-9]|[12]\d|3[01])(?<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?<year>${YEAR}|\d\d)(?![\p{L}\d])`,
    'giu',
  ),
  new RegExp(
    String.raw`(?<![\w.])(?:(?<since>0?[1-9]|[12]\d|3[01])\.? ?(?:al|a|au|to|bis|t/m|tot|do|till|until|e|y|et|and|und|en|och|i|[-–/]) ?)?(?<day>${DAY})(?:st|nd|rd|th|er|e|ste|de|º|ª|°|\.)?(?: day)?${OF}(?<name>${MONTH})(?:,?${OF}(?<year>${YEAR}|['’]\d\d))?(?![\p{L}\d])`,
    'giu',
  ),
  new RegExp(
    String.raw`(?<![\p{L}\d])(?<name>${MONTH})\s(?<day>${DAY})(?:st|nd|rd|th)?(?:,?\s(?<year>${YEAR}))?(?![\p{L}\d]|[.,:]\d)`,
    'giu',
  ),
  new RegExp(String.raw`(?<![\p{L}\d])(?<name>${MONTH})(?:\s(?:of|de|del)\s|,?\s)(?<year>${YEAR})(?![\p{L}\d])`, 'giu'),
  new RegExp(String.raw`(?<![\w./-])(?<month>${NUMBER})\/(?<year>${YEAR})(?![\w/])`, 'giu'),
];

/** A day and a month in figures: only beside words that ask for a date. */
export const DAY_AND_MONTH = new RegExp(
  String.raw`(?<![\w./-])(?<first>${DAY})(?<s>[-/.])(?<second>${DAY})(?![\w/-]|[.,:]\d)`,
  'giu',
);
const MOVABLE = [...DATE_FORMS, DAY_AND_MONTH];

const DAY_MS = 86_400_000;

/** A month's number by its name in any of the languages; undefined where there is none. */
function monthOf(name: string): number | undefined {
  const word = name.toLowerCase().replace(/\.$/, '');
  const whole = NAMES.findIndex((names) => names.split('|').includes(word));
  if (whole !== -1) return whole + 1;
  const start = NAMES.findIndex((names) => names.split('|').some((one) => one.startsWith(word)));
  return start === -1 ? undefined : start + 1;
}

/**
 * A date moved by days, in its own form; undefined where the text has no whole date. `monthFirst` says what 3/4/2020 is
 * where only one reading is possible by neither number.
 */
export function shiftDate(text: string, days: number, monthFirst: boolean): string | undefined {
  const parts = splitWeekday(text);
  if (parts !== undefined) {
    const date = shiftDate(parts.date, days, monthFirst);
    const move = (part: string): string => moveWeekday(part, { days, languages: languagesOf(parts.date) });
    return date && move(parts.lead) + date + move(parts.trail);
  }
  for (const form of MOVABLE) {
    const match = new RegExp(`^(?:${form.source})$`, 'diu').exec(text);
    if (match?.groups !== undefined) return moved(match, match.groups, { days, monthFirst });
  }
  return undefined;
}

function moved(
  { 0: text, indices }: RegExpExecArray,
  groups: Groups,
  { days, monthFirst }: { days: number; monthFirst: boolean },
): string | undefined {
  const { first, second, s = '' } = groups;
  const isMonthFirst =
    second !== undefined && (Number(second) > 12 || (monthFirst && s === '/' && Number(first) <= 12));
  const day = Number(groups.day ?? (isMonthFirst ? second : first) ?? 15);
  const month = Number(groups.month ?? (isMonthFirst ? first : second) ?? monthOf(groups.name ?? '') ?? Number.NaN);
  const short = groups.year?.replace(/^['’]/, '');
  const from = new Date(Date.UTC(yearOf(short), month - 1, day));
  if (Number.isNaN(from.getTime()) || from.getUTCMonth() !== month - 1) return undefined;
  const later = (date: number): Date => new Date(Date.UTC(yearOf(short), month - 1, date) + days * DAY_MS);
  const to = later(day);
  const [newMonth, newDay] = [to.getUTCMonth() + 1, to.getUTCDate()].map((value) => likeOld(value, groups));
  const newYear = String(to.getUTCFullYear()).slice(short?.length === 2 ? -2 : 0);
  const inOrder = isMonthFirst ? [newMonth, newDay] : [newDay, newMonth];
  if (second !== undefined) return (short === undefined ? inOrder : [...inOrder, newYear]).join(s);
  return replaceGroups(text, indices!.groups!, {
    year: (groups.year ?? '').replace(/\d+/, newYear),
    since: likeOld(later(Number(groups.since)).getUTCDate(), groups),
    name: nameLike(groups.name, month, Number(newMonth)) ?? '',
    month: newMonth,
    day: newDay,
  });
}

/** Places in `MONTHS` of the languages that a date's month is of: "mars" is French and Swedish. */
function languagesOf(date: string): number[] {
  const words = date.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  const isMonth = (month: string): boolean => words.some((word) => month.startsWith(word));
  return [...MONTHS.keys()].filter((language) => MONTHS[language].some(isMonth));
}

type Groups = Record<string, string | undefined>;
type Places = Record<string, [from: number, to: number] | undefined>;

/** Two digits are of the years from 1941 to 2040; a date without a year moves within one that is not a leap year. */
function yearOf(short: string | undefined): number {
  if (short === undefined) return 2001;
  return short.length === 2 ? Number(short) + (Number(short) > 40 ? 1900 : 2000) : Number(short);
}

/** "1.3.2020" has no noughts; "28.12.2020" may have some. */
function likeOld(value: number, { first, second, day, month }: Groups): string {
  const numbers = [first ?? day, second ?? month].filter((one) => one !== undefined);
  const isPadded =
    numbers.some((one) => one.startsWith('0')) || (numbers.length > 1 && numbers.every((one) => one.length === 2));
  return String(value).padStart(isPadded ? 2 : 1, '0');
}

/** The groups' texts replaced where they stand. */
function replaceGroups(text: string, places: Places, values: Readonly<Record<string, string>>): string {
  const parts = Object.entries(values).flatMap(([name, value]) => {
    const place = entryOf(places, name);
    return place === undefined ? [] : [{ from: place[0], to: place[1], value }];
  });
  let [replaced, at] = ['', 0];
  for (const { from, to, value } of parts.toSorted((one, other) => one.from - other.from)) {
    replaced += text.slice(at, from) + value;
    at = to;
  }
  return replaced + text.slice(at);
}

/** The new month in the old one's language and length: its place among the alternatives. */
function nameLike(name: string | undefined, month: number, newMonth: number): string | undefined {
  if (name === undefined || month === newMonth) return name;
  const word = name.toLowerCase().replace(/\.$/, '');
  const language =
    MONTHS.find((months) => months[month - 1] === word) ??
    MONTHS.find((months) => months[month - 1].startsWith(word)) ??
    MONTHS[0];
  const isWhole = language[month - 1] === word;
  const text = isWhole
    ? language[newMonth - 1]
    : `${language[newMonth - 1].slice(0, 3)}${name.endsWith('.') ? '.' : ''}`;
  return /^\p{Lu}/u.test(name) ? text[0].toUpperCase() + text.slice(1) : text;
}

/** In the order of the languages of days of the week. */
const MONTHS: readonly (readonly string[])[] = [
  'january february march april may june july august september october november december',
  'januar februar märz april mai juni juli august september oktober november dezember',
  'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
  'januari februari maart april mei juni juli augustus september oktober november december',
  'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia',
  'januari februari mars april maj juni juli augusti september oktober november december',
  'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
].map((line) => line.split(' '));
