/** Looks up what a word, or several, announce. */
import { table } from '../../../base/table.ts';
import { remembered } from '../../../base/remembered.ts';
import type { Kind } from '../kinds.ts';
import { BLOCKS, NUMBERS } from './blocks.ts';
import { tables } from './index.ts';

/**
 * `own`: a number of this kind follows; `about`: it may, where a word for "number" stands between; `number`: such a word;
 * `block`: what follows is nobody's.
 */
export interface Term {
  role: 'own' | 'about' | 'number' | 'block';
  kind: Kind;
}

interface Entry extends Term {
  words: readonly string[];
  length: number;
}

/** Ends of words that make "kunden" + "nummer" announce by themselves. */
const NUMBER_ENDS = /(?:nummern?|nummeret|numret|nr|kennung|kennzeichen|zeichen|id|code|kod)$/;
/** Last parts of words that German, Dutch and Swedish write as one: what the first part is does not matter. */
const LAST_PARTS: readonly [RegExp, Kind][] = [
  [/(?:schein|nachweis|zeugnis|bewijs|intyg|bevis)$/, 'licence'],
  [/(?:akte|befund|anforderung|probe|aanvraag|dossier|uitslag|remiss|journal|prov)$/, 'medical_record'],
  [/(?:police|polis|versicherung|verzekering|forsakring)$/, 'health_plan'],
  [/(?:konto|rekening|darlehen|lening|lanet?)$/, 'account'],
  [/(?:gerat|apparaat|apparat|messer|meter|matare)$/, 'device'],
  [/(?:ausweis|karte|vertrag|antrag|bescheid|kaart|contract|kort|avtal)$/, 'code'],
];
const LEAST_COMPOUND = 8;
/** Letters that no decomposition makes plain. */
const PLAIN: Record<string, string> = table({ ł: 'l', ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd' });
/** Nothing but characters of ASCII. */
const IS_PLAIN = /^[ -~\t\n\r]*$/;
const BUCKET = 3;
const MOST_KNOWN = 20_000;

/** Small letters without accents. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (IS_PLAIN.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[łßøæœđ]/g, (letter) => PLAIN[letter]);
}

/** Words of what has been folded. */
export function wordsOf(folded: string): string[] {
  return (
    folded
      .replaceAll(/[º°ª]/g, ' ')
      .replaceAll('№', ' nr ')
      .match(/[\p{L}\p{N}]+|#/gu) ?? []
  );
}

let singles: Map<string, Entry[]> | undefined;
let several: Map<string, Entry[]> | undefined;

function load(): void {
  singles = new Map();
  several = new Map();
  const add = (list: string, term: Term): void => {
    for (const text of list.split(/[,\n]/)) {
      const words = fold(text.replaceAll(/[º°]/g, ' ').trim()).match(/[\p{L}\p{N}]+~?|#/gu) ?? [];
      if (words.length === 0) continue;
      const entry = { ...term, words, length: words.join(' ').replaceAll('~', '').length };
      const buckets = words.length === 1 ? singles! : several!;
      const key = words.at(-1)!.replace('~', '').slice(0, BUCKET);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [entry]);
      else bucket.push(entry);
    }
  };
  add(NUMBERS, { role: 'number', kind: 'code' });
  for (const { kind, own } of tables) add(own, { role: 'own', kind });
  for (const { kind, about } of tables) add(about, { role: 'about', kind });
  add(BLOCKS, { role: 'block', kind: 'code' });
}

/** In front of whom a number belongs to, one word for it stands for all: "numéro de rôle", "n° de rôle". */
const NUMBER_OF = new Set(['numero', 'num', 'n', 'no', 'nr', 'nro', 'numer', 'nummer', 'number', 'cislo', 'c']);
const AS_NUMBER = new Set(['numero', 'numer', 'nummer', 'cislo', 'n']);

function fits(word: string, pattern: string): boolean {
  return pattern.endsWith('~') ? word.startsWith(pattern.slice(0, -1)) : word === pattern;
}

function fitsAt(word: string, pattern: string, index: number): boolean {
  return (index === 0 && AS_NUMBER.has(pattern) && NUMBER_OF.has(word)) || fits(word, pattern);
}

/** Entries stand in the bucket of their first three letters, or of all of them where they are fewer. */
function* bucketsOf(buckets: Map<string, Entry[]>, word: string): Generator<Entry> {
  for (let length = Math.min(BUCKET, word.length); length > 0; length--)
    yield* buckets.get(word.slice(0, length)) ?? [];
}

/** Entries of several words that may end with a word. */
const endingWith = remembered(MOST_KNOWN, (word) => [...bucketsOf(several!, word)]);

const single = remembered(MOST_KNOWN, (word): Term | undefined => {
  let best: Entry | undefined;
  for (const entry of bucketsOf(singles!, word)) {
    if (fits(word, entry.words[0]) && (best === undefined || entry.length > best.length)) best = entry;
  }
  let term: Term | undefined = best;
  const isCompound = best?.length !== word.length && NUMBER_ENDS.test(word) && word.length > 4;
  if (isCompound && (best === undefined || best.role === 'number')) term = { role: 'number', kind: 'code' };
  const last =
    best === undefined && word.length >= LEAST_COMPOUND ? LAST_PARTS.find(([end]) => end.test(word)) : undefined;
  if (term === undefined && last !== undefined) term = { role: 'about', kind: last[1] };
  if (isCompound && best?.role === 'about') term = { role: 'own', kind: best.kind };
  return term;
});

/** What the words up to `at` announce, by the longest entry, and how many words that is. */
export function termAt(words: readonly string[], at: number): { term: Term; count: number } | undefined {
  if (singles === undefined) load();
  let best: Entry | undefined;
  for (const entry of endingWith(words[at])) {
    const count = entry.words.length;
    if (count > at + 1 || (best !== undefined && best.words.length >= count)) continue;
    if (entry.words.every((pattern, index) => fitsAt(words[at - count + 1 + index], pattern, index))) best = entry;
  }
  if (best !== undefined) return { term: best, count: best.words.length };
  const term = single(words[at]);
  return term && { term, count: 1 };
}

/** Words of other languages, unless they are written in capitals. */
const SHORT_OWN = new RegExp(
  String.raw`^(?:${[
    'sin|uid|pid|fin|team|pod|bi|pis|pan|ra|az|cin|cab|abi|bg|pg|ocr|cap|tis|sip|prot|tin|ein|rut|spi|dl|cie|dea|bar no|cro|rg|gz|nip|nir|nie|ame|tag|inz',
    'trn|uln|upn|din|crn|re|rol|rit|ur|urn|rx|mn|mp|om|cc|css|bva|svs|dak|aok|ikk|bkk|hcf|nib|ahm|nam|cns|crc|crp|cau|crea|gdc|goc|sia|vhi|irn|hc|pea|ike|isk|bsu|fik|src|ek|acc|eps|tse|tsi|tip|lic|rach|gln|opi|drt|kid|vs|ag|nf|sort|best|bon|aba|rma|humana|anthem|big|arb|palais|ordine|patent|brevet|rapport|ordem|bracelet|vignette',
    'ву|иб|стс|птс|таб|str|sim|prc|nck|lsk|scn|tcn|tsc|mcr|smc|mmc|apc|psi|gems|hmo|sha|nis|kis|biển|plat|mst|taj|tag|kasz|lrn|prc lic|омс|дмс|uba|dbs|bri|bni|bca|bsi|bpi|bdo|sbi|aib|bcr|kuda',
  ].join('|')})$`,
);

/** Whether a word is another language's: "kid", "vs", where "KID" and "VS" announce a number. */
export function isForeignShort(folded: string, written: string | undefined): boolean {
  return SHORT_OWN.test(folded) && written !== written?.toUpperCase();
}

const NEAREST = 3;
const OF_PHONES =
  /^(?:tele?[fp]|tel$|phone|fax|mobil|hotline|rufn|durchw|celul|kom$|gsm$|linea?$|linha$|ligne$|line$|total|suma?$|no$|nr$|lieferung$)/;

/** Whether the words right before a number say that it is no person's: "part no. 4471-08-221". */
export function isOfNobody(before: string): boolean {
  const clause = before.slice(before.search(/[^!?;\n]{0,40}$/));
  const [words, written] = [wordsOf(fold(clause)), wordsOf(clause)].map((all) => all.slice(-NEAREST));
  for (let at = words.length - 1; at >= 0;) {
    const match = termAt(words, at);
    if (match?.term.role !== 'number')
      return match?.term.role === 'block' && !OF_PHONES.test(words[at]) && !isForeignShort(words[at], written[at]);
    at -= match.count;
  }
  return false;
}
