/** Dates that give more than a year, in digits or with a month's name in any language, and adjacent weekdays. */
import type { Candidate, Recogniser } from '../recogniser.ts';
import type { Reading } from '../reading.ts';
import { firstBehind } from '../reading.ts';

const YEAR = String.raw`(?:1[89]\d\d|20\d\d)`;
const DAY = String.raw`(?:0?[1-9]|[12]\d|3[01])`;
const TIME = String.raw`(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?`;
const FIGURES: readonly RegExp[] = [
  new RegExp(String.raw`(?<![\w.-])${YEAR}([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])${TIME}(?![\d-])`, 'g'),
  new RegExp(
    String.raw`(?<![\w.-])(?<first>${DAY})(?<s>[-/.]|\. )(?<second>${DAY})\k<s>(?:${YEAR}|['’]?\d\d)(?![\w-]|\.\d)`,
    'g',
  ),
  new RegExp(
    String.raw`(?<![\w./-])(?<first>${DAY})\/(?<second>${DAY})(?:[- ]${YEAR}|-['’]?\d\d)(?![\w/-]|[.:]\d)`,
    'g',
  ),
  new RegExp(String.raw`(?<![\w./-])(?:0?[1-9]|1[0-2])\/${YEAR}(?![\w/])`, 'g'),
  new RegExp(
    String.raw`(?:(?:${YEAR}|(?:令和|平成|昭和|民國|民国)\d{1,3})\s?[年년]\s?)\d{1,2}\s?[月월](?:\s?\d{1,2}\s?[日號号일])?`,
    'g',
  ),
  new RegExp(String.raw`(?<!\d)\d{1,2}[月월]\s?\d{1,2}[日號号일]`, 'g'),
];
/** A version number looks the same: "kernel 2.4.19". */
const VERSION =
  /(?:kernels?|versions?|firmware|linux|drivers?|php|python|perl|java|release|build)\s(?:\p{L}{2,10}\s)?$/iu;
/** Day and month only: the words around decide. */
const DAY_AND_MONTH = new RegExp(
  String.raw`(?<![\w./:-])(?<first>${DAY})[-/.](?<second>${DAY})\.?(?![\w/-]|[.,:]\d)`,
  'g',
);

export const figures: Recogniser = {
  name: 'date',
  kind: 'date',
  digits: 3,
  *find(text) {
    for (const form of FIGURES) {
      for (const { 0: value, index, groups } of text.matchAll(form)) {
        if (groups?.first !== undefined && Number(groups.first) > 12 && Number(groups.second) > 12) continue;
        if (/^\d\.\d/.test(value) && VERSION.test(text.slice(Math.max(0, index - 30), index))) continue;
        // Low enough for the tagger to overrule: the creation time of a record is not about a person.
        yield { start: index, end: index + value.length, score: 0.84 };
      }
    }
  },
};

export const dayAndMonth: Recogniser = {
  name: 'day-and-month',
  kind: 'date',
  digits: 2,
  *find(text) {
    for (const { 0: value, index, groups } of text.matchAll(DAY_AND_MONTH)) {
      const [first, second] = [Number(groups!.first), Number(groups!.second)];
      if (Math.min(first, second) <= 12) yield { start: index, end: index + value.length, score: 0.3 };
    }
  },
};

const SMALL = /^(?:st|nd|rd|th|er|e|ste|de|º|ª|°|\.|of|del|do|den|d'|-|\/|,|’|'|g|ta|da|dí|日|tháng|ngày|bulan)$/i;
const MOST_BETWEEN = 3;

/** With a month's name: "3 de mayo de 1999", "March 3, 2020", "1985 m. gegužės 7". */
export const named: Recogniser = {
  name: 'date-named',
  kind: 'date',
  *find(text, reading) {
    for (const [at, { form }] of reading.tokens.entries()) {
      if (form.sort !== 'word' || reading.lexicon.monthOf(form.folded) === undefined) continue;
      const found = aroundMonth(text, reading, at);
      if (found !== undefined) yield found;
    }
  },
};

/** Names of months that are also words, before a number: "may 5", or after one: "3 mar". */
const WORD = /^(?:may|march|mars|mar|set|gen|mag|mai|maj|mei|dec|jan|sep|oct|out|lis|sie|kan|dan|eka|ago|apr)$/;

function aroundMonth(text: string, { tokens }: Reading, at: number): Candidate | undefined {
  const before = numberFrom(tokens, at, -1);
  const behind = numberFrom(tokens, at, 1);
  const [isDayBefore, isDayBehind] = [before, behind].map((place) => place >= 0 && isDay(tokens[place].form.text));
  const yearBehind = isYear(tokens[behind]?.form.text)
    ? behind
    : isDayBehind || isDayBefore
      ? yearFrom(tokens, Math.max(at, isDayBehind && !isDayBefore ? behind : at))
      : -1;
  const yearBefore = isYear(tokens[before]?.form.text) ? before : -1;
  if (!isDayBefore && !isDayBehind && yearBehind < 0) return undefined;
  const isWhole = yearBehind >= 0 || yearBefore >= 0;
  if (!isWhole && WORD.test(tokens[at].form.text)) return undefined;
  const from = isDayBefore || yearBefore >= 0 ? before : at;
  let to = at;
  if (yearBehind >= 0) to = yearBehind;
  else if (isDayBehind && !isDayBefore) to = behind;
  let end = tokens[to].end;
  const ordinal = /^(?:st|nd|rd|th)(?!\p{L})/u.exec(text.slice(end, end + 3));
  if (to === behind && ordinal !== null) end += 2;
  return { start: tokens[from].start, end, score: isWhole ? 0.85 : 0.75 };
}

/** Index of the next number with only short words before it, or -1. */
function numberFrom(tokens: Reading['tokens'], at: number, step: 1 | -1): number {
  for (let far = 1; far <= MOST_BETWEEN; far++) {
    const token = tokens[at + far * step];
    if (token === undefined || token.form.sort === 'break') return -1;
    if (token.form.sort === 'number') return at + far * step;
    if (step === 1 && token.form.text === ',' && far === 1) continue;
    if (!SMALL.test(token.form.text)) return -1;
  }
  return -1;
}

function yearFrom(tokens: Reading['tokens'], at: number): number {
  const next = numberFrom(tokens, at, 1);
  return next >= 0 && isYear(tokens[next].form.text) ? next : -1;
}

const isDay = (text: string): boolean => /^(?:0?[1-9]|[12]\d|3[01])$/.test(text);
const isYear = (text: string | undefined): boolean =>
  text !== undefined && /^(?:1[89]\d\d|2[0-6]\d\d|1[34]\d\d)$/.test(text);

const ARTICLES = new Set(['the', 'den', 'dem', 'der', 'le', 'el', 'il', 'de', 'dnia', 'dia', 'dne', 'a', ',', '.']);

/** Extends a date by an adjacent weekday, which would reveal by how many days a date was shifted. */
export function withWeekday({ tokens, lexicon }: Reading, one: Candidate): Candidate {
  let at = firstBehind(tokens, one.start) - 1;
  while (at >= 0 && ARTICLES.has(tokens[at].form.folded)) at--;
  if (at >= 0 && lexicon.isWeekday(tokens[at].form.folded)) return { ...one, start: tokens[at].start };
  let next = firstBehind(tokens, one.end - 1) + 1;
  while (next < tokens.length && [',', '('].includes(tokens[next].form.text)) next++;
  const isDayBehind = next < tokens.length && lexicon.isWeekday(tokens[next].form.folded);
  return isDayBehind && tokens[next].form.folded.length > 5 ? { ...one, end: tokens[next].end } : one;
}
