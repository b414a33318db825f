/** Shifts dates by days and writes them in their original format. */
import { entryOf } from '@attune/base/table';
import { calendars, type Calendar } from './calendars.ts';
import { moveWeekday, splitWeekday } from './weekdays.ts';

const OF = String.raw`(?:\s(?:of|de|del|do)\s|[\s-]{1,2}|\/)`;
const DAY = String.raw`(?:0?[1-9]|[12]\d|3[01])`;
const NUMBER = String.raw`(?:0?[1-9]|1[0-2])`;
const YEAR = String.raw`(?:1[89]\d\d|20\d\d)`;
const TIME = String.raw`(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?`;
const NTH = String.raw`(?:st|nd|rd|th|er|e|ste|de|º|ª|°|\.)?`;
/** Connectives between two days of the same month. */
const TO = String.raw`(?:al|a|au|to|bis|t/m|tot|do|till|until|e|y|et|and|und|en|och|i|[-–/])`;

/** Each with named groups; the groups that matched tell the format. */
function forms(): RegExp[] {
  const month = `(?:${monthNames().join('|')})\\.?`;
  return [
    String.raw`(?<year>${YEAR})(?<s>[-/.])(?<month>0[1-9]|1[0-2])\k<s>(?<day>0[1-9]|[12]\d|3[01])${TIME}`,
    String.raw`(?<first>${DAY})(?<s>[-/.]|\. )(?<second>${DAY})\k<s>(?<year>${YEAR}|['’]?\d\d)`,
    String.raw`(?<first>${DAY})(?<s>\/)(?<second>${DAY})(?:[- ](?<year>${YEAR})|-(?<year>['’]?\d\d))`,
    String.raw`(?<day>${DAY})-(?<name>${month})-(?<year>\d\d)`,
    String.raw`(?<year>${YEAR})[ /-](?<name>${month})[ /-](?<day>${DAY})`,
    String.raw`(?<day>0[1-9]|[12]\d|3[01])(?<name>${month})(?<year>${YEAR}|\d\d)`,
    String.raw`(?:(?<since>0?[1-9]|[12]\d|3[01])\.? ?${TO} ?)?(?<day>${DAY})${NTH}(?: day)?${OF}(?<name>${month})(?:,?${OF}(?<year>${YEAR}|['’]\d\d))?`,
    String.raw`(?<name>${month})\s(?<day>${DAY})(?:st|nd|rd|th)?(?:,?\s(?<year>${YEAR}))?`,
    String.raw`(?<name>${month})(?:\s(?:of|de|del)\s|,?\s)(?<year>${YEAR})`,
    String.raw`(?<month>${NUMBER})\/(?<year>${YEAR})`,
    String.raw`(?<first>${DAY})(?<s>[-/.])(?<second>${DAY})`,
  ].map((source) => new RegExp(`^(?:${source})$`, 'diu'));
}

/** The longest first. The first three or four letters of a name count as its abbreviation. */
function monthNames(): string[] {
  const names = calendars().flatMap(({ months }) => months);
  const short = names.flatMap((name) => [name.slice(0, 3), name.slice(0, 4)]);
  return [...new Set([...names, ...short])]
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[.()*+?]/g, String.raw`\$&`));
}

let compiled: RegExp[] | undefined;

const DAY_MS = 86_400_000;

/** The number of a month by its name in any of the languages; undefined for other words. */
function monthOf(name: string): number | undefined {
  const month = calendarOf(name)?.month;
  return month === undefined ? undefined : month + 1;
}

/**
 * A date shifted by days, in its original format; undefined where the text has no complete date. `monthFirst` decides
 * how to read a date such as 3/4/2020, where neither number exceeds 12.
 */
export function shiftDate(text: string, days: number, monthFirst: boolean): string | undefined {
  const parts = splitWeekday(text);
  if (parts !== undefined) {
    const date = shiftDate(parts.date, days, monthFirst);
    const move = (part: string): string => moveWeekday(part, { days, languages: languagesOf(parts.date) });
    return date && move(parts.lead) + date + move(parts.trail);
  }
  for (const form of (compiled ??= forms())) {
    const match = form.exec(text);
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

/** Languages in which the month of a date has this name: "mars" is French and Swedish. */
function languagesOf(date: string): string[] {
  const words = date.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  const isMonth = (month: string): boolean => words.some((word) => month.startsWith(word));
  return calendars()
    .filter(({ months }) => months.some(isMonth))
    .map(({ language }) => language);
}

/** The first language with a month of this name or abbreviation, and the number of that month. */
function calendarOf(name: string): { calendar: Calendar; month: number } | undefined {
  const word = name.toLowerCase().replace(/\.$/, '');
  for (const fits of [(month: string) => month === word, (month: string) => month.startsWith(word)]) {
    for (const calendar of calendars()) {
      const month = calendar.months.findIndex(fits);
      if (month >= 0) return { calendar, month };
    }
  }
  return undefined;
}

type Groups = Record<string, string | undefined>;
type Places = Record<string, [from: number, to: number] | undefined>;

/** Two digits mean a year from 1941 to 2040. A date without a year is shifted within one that is not a leap year. */
function yearOf(short: string | undefined): number {
  if (short === undefined) return 2001;
  return short.length === 2 ? Number(short) + (Number(short) > 40 ? 1900 : 2000) : Number(short);
}

/** "1.3.2020" has no leading zeros; "28.12.2020" may come from a format that has them. */
function likeOld(value: number, { first, second, day, month }: Groups): string {
  const numbers = [first ?? day, second ?? month].filter((one) => one !== undefined);
  const isPadded =
    numbers.some((one) => one.startsWith('0')) || (numbers.length > 1 && numbers.every((one) => one.length === 2));
  return String(value).padStart(isPadded ? 2 : 1, '0');
}

/** The text with its groups replaced in place. */
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

/** The new month in the language and length of the old one. */
function nameLike(name: string | undefined, month: number, newMonth: number): string | undefined {
  if (name === undefined || month === newMonth) return name;
  const word = name.toLowerCase().replace(/\.$/, '');
  const months = calendarOf(name)?.calendar.months ?? calendars()[0].months;
  const whole = months[newMonth - 1];
  const text = (months[month - 1] === word ? whole : whole.slice(0, 3)) + (name.endsWith('.') ? '.' : '');
  return /^\p{Lu}/u.test(name) ? text[0].toUpperCase() + text.slice(1) : text;
}
