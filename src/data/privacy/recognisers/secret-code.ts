/** Codes behind their words in some forty languages: of recovery, sent for one use, and of what is opened by them. */
import { wordFinder, type Place } from '../anywhere-words.ts';
import { SIGN_FIGURES, SPELT_FIGURES } from '../number-words.ts';
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import {
  CODE_WORDS,
  CODE_WORDS_BEYOND,
  OPENED,
  OPENED_BEYOND,
  RECOVERY_WORDS,
  RECOVERY_WORDS_BEYOND,
  SENT_WORDS,
  SENT_WORDS_BEYOND,
} from '../secret-words.ts';

const recovery = wordFinder({ latin: RECOVERY_WORDS, beyond: RECOVERY_WORDS_BEYOND });
const sent = wordFinder({ latin: SENT_WORDS, beyond: SENT_WORDS_BEYOND });
const codes = wordFinder({
  latin: [...CODE_WORDS, ...OPENED],
  beyond: CODE_WORDS_BEYOND.map((words, index) => `${words}|${OPENED_BEYOND[index]}`),
});
const OF_OPENING = leanestPattern(
  new RegExp(String.raw`(?<!\p{L})(?:${[...OPENED, OPENED_BEYOND[0]].join('|')})(?!\p{L})|${OPENED_BEYOND[1]}`, 'iu'),
);
const OF_CODES = leanestPattern(
  new RegExp(
    String.raw`(?<!\p{L})(?:${[...CODE_WORDS, CODE_WORDS_BEYOND[0]].join('|')})(?!\p{L})|${CODE_WORDS_BEYOND[1]}`,
    'iu',
  ),
);
const [NEAR, FAR, AROUND] = [34, 110, 60];

/** Groups with a digit in them: "4K7Q-M0PB". */
const GROUPED =
  /(?<![\p{Ll}\p{Lu}\p{N}.,/#@_-])(?=[A-Za-z0-9-]{0,40}\d)(?:[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{2,10}){1,5}|(?=\d{0,12}[A-Z])[A-Z0-9]{6,14}|\d{6,10}|\d{4} \d{4}|(?=[A-Za-z ]{0,8}\d)(?:[A-Za-z0-9]{2} ){3}[A-Za-z0-9]{2})(?![\p{Ll}\p{Lu}\p{N}_/-])/gu;
const SENT_VALUE =
  /^[^\d\n.!?。]{0,24}(?<value>\d{3}[ -]\d{3}|\d{4,8}|[A-Z]-\d{5,6})(?![\dA-Za-z]|[.:/-]\d|,\d{3}(?!\d))/u;
const KEYED = leanestPattern(
  new RegExp(
    String.raw`(?<![A-Za-z0-9.,:/#+_-])(?<!\p{Sc}\s?)(?<value>(?:[A-Z]-)?\d(?:-\d){3,8}|\d(?: \d){3,8}|[A-Z]?\d{4,7}[A-Z]?[#*]?|[#*]\d{3,8}[#*]?|\d{3}[#*]|\d{1,2}[*#]\d{3,6}|\d{1,2}[A-Z]\d{3,5}|\d{3}[ -]\d{3}|(?<!\p{L})${SPELT_FIGURES}|${SIGN_FIGURES})(?![A-Za-z0-9_]|[.,:/-]\d|\s?[%€$£¥₽₴]|\s(?:eur|euro|usd|kr|zł|kč|tl|ft|lei|dkk|nok|sek|м|руб|грн)(?!\p{L})|[円元원年])`,
    'giu',
  ),
);
/** What the next to speak says to it. */
const ANSWERED = leanestPattern(
  new RegExp(
    String.raw`^[^\n?]{0,40}\?["”»]?\n(?:\[?\d{1,2}[:.]\d\d\]?\s)?(?:[\p{L}\p{M} .'’-]{1,24}[:：]|[—–-])\s{0,2}(?:\p{L}{1,6}['’]?\s){0,2}?(?<value>\d(?:[- ]?\d){3,9}|${SPELT_FIGURES}|${SIGN_FIGURES})(?![\p{L}\d])`,
    'iu',
  ),
);
const BESIDE =
  /(?<![\p{L}\p{N}])(?:gym|shed|garage|side|back|front|main|cellar|pool|bin|bike)?[ -]?(?:door|gate|padlock|interfon|keypad|lockbox|key ?box|(?:haus|hinter|seiten)?tür|tor|portail|verja|candado|cancello|cadeado|portão|poort|furtka|brama|grinden|porten) (?:is |ist |est |es |è |é |jest |är |er )?(?<value>\d{4,6}[#*]?|\d{2}[A-Z]\d{4}|[A-Z]\d{4}[A-Z])(?=[,;.!)]|\s(?:and|und|then|dann|et|y)\s|$)(?![.,]\d)/giu;
/** Between a word and its code nothing else that has numbers. */
const OTHER_NUMBER =
  /(?<!\p{L})(?:tel|phone|call|room|flat|apt|order|invoice|ref|ext|page|step|error|version|model|bestell\p{L}*|zimmer|raum|commande|pedido|ordine|zamówien\p{L}*|objedn\p{L}*|rendel\p{L}*|comand\p{L}*|sipariş\p{L}*|tilau\p{L}*|pesanan|товар\p{L}*|заказ\p{L}*|замовлен\p{L}*|είδους|κράτησης|παραγγελίας|postal|postcode|product\p{L}*|produ[ck]t\p{L}*|artik\p{L}*|article|reserva\p{L}*|booking)(?!\p{L})|ห้อง|商品|注文|订单|訂單|주문|상품|單號|单号|编号|編號/iu;

export const recogniser: Recogniser = {
  name: 'secret-code',
  kind: 'secret',
  *find(text) {
    for (const { end } of recovery(text)) yield* listed(text, end);
    for (const { end } of sent(text)) {
      const match = SENT_VALUE.exec(text.slice(end, end + NEAR));
      if (match !== null) yield behind(end, match[0], match.groups!.value);
      yield* answered(text, end);
    }
    for (const { 0: whole, index, groups } of matchesOf(BESIDE, text)) yield behind(index, whole, groups!.value);
    yield* opening(text);
  },
};

function* answered(text: string, from: number): Generator<Candidate> {
  const match = ANSWERED.exec(text.slice(from, from + FAR));
  if (match !== null) yield behind(from, match[0], match.groups!.value);
}

function behind(from: number, whole: string, value: string): Candidate {
  const start = from + whole.lastIndexOf(value);
  return { start, end: start + value.length, score: 0.7 };
}

/** One after the other, in the same sentence. */
function* listed(text: string, from: number): Generator<Candidate> {
  const area = text.slice(from, from + FAR).split(/[.!?。]\s|\n\n/u)[0];
  let last = 0;
  for (const { 0: value, index } of matchesOf(GROUPED, area)) {
    if (index - last > FAR / 2 || OTHER_NUMBER.test(area.slice(last, index)) || isDate(value)) return;
    yield { start: from + index, end: from + index + value.length, score: 0.7 };
    last = index + value.length;
  }
}

function isDate(value: string): boolean {
  return /^(?:19|20)\d\d(?:-\d\d){0,2}$|^\d{1,2}-\d{1,2}-\d{2,4}$/.test(value);
}

/** Where one speaks both of a code and of what it opens, near a number. */
function* opening(text: string): Generator<Candidate> {
  const words = codes(text);
  if (words.length === 0) return;
  let last: number | undefined;
  for (const { 0: value, index } of matchesOf(KEYED, text)) {
    const end = index + value.length;
    const before = nearest(words, index);
    if (isDate(value) || before === undefined) continue;
    const isSpelt = /^(?:[A-Z]-)?\d(?:[- ]\d)+$|^\p{L}/iu.test(value);
    // "the old code 7749 is off, the new one 3306".
    const isNext = last !== undefined && index - last < NEAR && isJoined(text.slice(last, index));
    const from = isNext ? last! : before.end;
    if (
      index - from > (isSpelt ? AROUND : NEAR) ||
      !isJoined(isSpelt ? text.slice(from, index).replace('?', '') : text.slice(from, index))
    )
      continue;
    const around = sentenceAround(text, before.start, end);
    const [opens, isCode] = [OF_OPENING.test(around), OF_CODES.test(around)];
    if (!isNext && !(isSpelt ? opens || isCode : opens && isCode)) continue;
    yield { start: index, end, score: 0.62 };
    last = end;
  }
}

/** No other number between, and no end of a sentence. */
function isJoined(between: string): boolean {
  return !/[\n.!?。]\s|\d/u.test(between) && !OTHER_NUMBER.test(between);
}

function nearest(words: readonly Place[], index: number): Place | undefined {
  let found: Place | undefined;
  for (const word of words) if (word.end <= index && (found === undefined || word.end > found.end)) found = word;
  return found;
}

function sentenceAround(text: string, start: number, end: number): string {
  const before = text
    .slice(Math.max(0, start - AROUND), start)
    .split(/[\n.!?。]\s/u)
    .at(-1)!;
  return before + text.slice(start, end) + text.slice(end, end + AROUND).split(/[\n.!?。]\s/u)[0];
}
