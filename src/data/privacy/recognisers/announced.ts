/** Numbers of people that nothing but the words beside them gives away, of every kind that has a table of such words. */
import { CONNECTORS } from '../announcing/connectors.ts';
import { identifiersIn, isCode, type Identifier } from '../announcing/identifiers.ts';
import { questionAbove } from '../announcing/questions.ts';
import { fold, isForeignShort, isOfNobody, termAt, wordsOf, type Term } from '../announcing/terms.ts';
import type { Kind } from '../kinds.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';

/** Characters before and behind a number that are looked at, and the words in them that count. */
const BEFORE = 90;
const BEHIND = 48;
const MOST_FOREIGN = 6;
const LESS_SURE = 0.15;
/** Ends a sentence, unless an abbreviation stands before it. */
const SENTENCE_END =
  /(?<!(?<!\p{L})(?:\p{L}{1,3}|[Aa](?:cct|kten|nst|utor)|[Bb]adge|[Cc](?:arn|éd|ed|lien|ert|ollar|ust)|[Dd]ipl|[Ee](?:mpl|vid|wid|xped|xp|xpte|xpd)|[Hh](?:ist|osp)|[Ii]nscr|[Kk]unde|[Ll](?:edn|eg|idm)|[Mm](?:at[rn]?|itgl|edarb|itarb|edl)|[Nn](?:úm|umm)|[Pp](?:ers|at[ni]?|asp|erm|roc|rot|rof|oj|ol)|[Rr](?:ef|ech|egn)|[Ss](?:erv|oc|tud|taff|ygn|lužb)|[Tt](?:ess|arj)|[Uu]sag|[Vv]ers)\.?)[.!?]\s+(?=\p{Lu})/gu;
/** "12, 34 and 56": what is said of one is said of all. */
const AND =
  /^(?: \([^()\n]{1,20}\))?\s?(?:[,;/&+]|\|)?\s?(?:and|or|und|oder|et|ou|y|o|e|i|oraz|lub|en|of|och|eller)?\s?(?:(?:left|right|links|rechts|gauche|droite|derech[oa]|izquierd[oa]|destr[oa]|sinistr[oa]|vänster|höger|venstre|højre|høyre|alt|neu|old|new):?)?\s$/i;
/** "Passports: Ann Lee 141501619, Bo Hall 518637045": numbers of one form, each behind its name. */
const LISTED =
  /^\s?[,;\n]\s{0,2}(?:[-*•] )?(?:(?:and|und|et|y|e|en|och|og|i) )?(?:\p{Lu}[\p{L}'’.-]{0,20} ?){1,3}[:(]?\s?$/u;
/** "12345 (account number)", "12345 is her student number". */
const SAID_BEHIND =
  /^\s?\(|^,?\s(?:which )?(?:is|was|as|als|ist|war|est|comme|es|como|è|come|é|jest|to|jako|är|som)\s/i;

export const recogniser: Recogniser = {
  name: 'announced',
  kind: 'code',
  needs: { digits: 2 },
  *find(text) {
    let last: { end: number; found?: Candidate } = { end: 0 };
    const forms = new Map<string, Kind>();
    const rest: Identifier[] = [];
    for (const one of identifiersIn(text)) {
      const between = text.slice(last.end, one.start);
      let found: Candidate | undefined;
      if (last.found !== undefined && isListed(between, one, last.found, text))
        found = { ...last.found, start: one.start, end: one.end };
      else found = candidateOf(text, one, last.end) ?? saidBehind(text, one);
      const form = formOf(one.value);
      if (found === undefined) rest.push(one);
      else if (MARKED.test(form)) forms.set(form, found.kind!);
      if (found !== undefined) yield found;
      last = { end: one.end, found };
    }
    for (const { start, end, value } of forms.size === 0 ? [] : rest) {
      const kind = forms.get(formOf(value));
      if (kind !== undefined && !isOfNobody(text.slice(Math.max(0, start - BEHIND), start)))
        yield { start, end, kind, score: 0.6 };
    }
  },
};

/** "12, 34 and 56"; behind nothing but a comma a number of another form is a postcode as well. */
function isListed(between: string, one: Identifier, last: Candidate, text: string): boolean {
  if (AND.test(between)) return one.isCode || isLike(one, last, text) || !/^,\s$/.test(between);
  return LISTED.test(between) && isLike(one, last, text);
}

/** Letters, and a sign or digits enough that no other thing in the text is written so: "KU-0609" is of "KU-4262"'s. */
const MARKED = /^(?=.*\p{L})(?=(?:.*0){4})/u;

/** Its letters, and noughts for digits. */
function formOf(value: string): string {
  return value.replaceAll(/\d/g, '0');
}

function isLike({ value }: Identifier, { start, end }: Candidate, text: string): boolean {
  const shapeOf = (written: string): string => formOf(written).replaceAll(/\p{L}/gu, 'A');
  return shapeOf(value) === shapeOf(text.slice(start, end));
}

function candidateOf(text: string, one: Identifier, from: number): Candidate | undefined {
  const start = Math.max(from, startOf(text, one));
  const value = text.slice(start, one.end);
  const before = clauseBefore(text.slice(Math.max(from, start - BEFORE), start));
  const whole = { ...one, value, isCode: isCode(value, one.digits) };
  const verdict = judge(before, whole) ?? answered(text, before, whole, start);
  return verdict && { start, end: one.end, ...verdict };
}

/** What the line above asks for, where nothing but who speaks stands before a number: no label of its own. */
function answered(text: string, before: string, one: Identifier, start: number): Verdict {
  const question = questionAbove(text, start);
  const words = wordsOf(fold(before));
  if (question === undefined || words.some((_, at) => termAt(words, at) !== undefined)) return undefined;
  const verdict = judge(clauseBefore(question), one);
  return verdict && { ...verdict, score: verdict.score - LESS_SURE };
}

/** What stands in the number's own sentence, line or cell. */
function clauseBefore(before: string): string {
  const line = before.trimEnd().lastIndexOf('\n');
  const lined = before.slice(line + 1);
  let from = 0;
  for (const end of matchesOf(SENTENCE_END, lined)) from = end.index + end[0].length;
  return lined.slice(from);
}

type Verdict = Pick<Candidate, 'score' | 'kind'> | undefined;

interface Walk {
  one: Identifier;
  /** How many words that are neither small nor for "number" were passed. */
  foreign: number;
  /** How many small words: "of", "is". */
  small: number;
  hasNumber: boolean;
  /** A word for "number" with nothing but small words behind it. */
  isNumbered: boolean;
  isOfThing: boolean;
}

/** Words for "number" that products and letters have as often as people. */
const OF_THINGS = /^(?:refs?|rif|reference|referencia|referentie|riferimento|kenmerk|zeichen|oznaczenie|beteckning)$/;

/** Files of people and cases have longer numbers than spare parts. */
function isLongCode({ value, digits }: Identifier): boolean {
  return digits >= 6 && /\p{L}/u.test(value);
}

/** Goes back from the number, word by word, to the first that decides. */
function judge(before: string, one: Identifier): Verdict {
  const spaced = before.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ');
  const words = wordsOf(fold(spaced));
  const written = wordsOf(spaced);
  const walk: Walk = { one, foreign: 0, small: 0, hasNumber: false, isNumbered: false, isOfThing: false };
  for (let at = words.length - 1; at >= 0 && walk.foreign <= MOST_FOREIGN;) {
    // Without its accent the Swedish "is" would be the word for "year".
    const match = /^är$/i.test(written[at] ?? '') ? undefined : termAt(words, at);
    if (match === undefined) {
      if (CONNECTORS.has(words[at])) walk.small++;
      else walk.foreign++;
      at--;
      continue;
    }
    const { term, count } = match;
    const isShort = count === 1 && isForeignShort(words[at], written[at]);
    if (term.role === 'block' && walk.foreign === 0 && isWrittenOn(words, at - count)) {
      at -= count;
      continue;
    }
    // "#12" by itself is a bug's, a comment's, an issue's.
    if (words[at] === '#') walk.hasNumber = true;
    if (term.role === 'about' && walk.foreign === 0 && isNumberBefore(words, at - count)) {
      walk.hasNumber = true;
      walk.isNumbered = true;
    }
    if (term.role === 'number' && OF_THINGS.test(words[at])) walk.isOfThing = true;
    const verdict = isShort || words[at] === '#' ? undefined : decide(term, walk);
    if (verdict !== undefined) return verdict === 'none' ? undefined : verdict;
    at -= count;
  }
  return walk.isNumbered && one.isCode && (!walk.isOfThing || isLongCode(one))
    ? { kind: 'code', score: 0.55 }
    : undefined;
}

/** "número de empleado 12", "nr odznaki 12": a word for "number" in front of whom it belongs to. */
function isNumberBefore(words: readonly string[], at: number): boolean {
  for (let back = at; back >= Math.max(0, at - 2); back--) {
    if (termAt(words, back)?.term.role === 'number') return true;
    if (!CONNECTORS.has(words[back])) return false;
  }
  return false;
}

const PLACES = new Set(
  'on in at auf im am an sur dans en su sul sulla sulle na op in w paa pa i the this that your my our der dem den die meiner ihrer unserer la le les el los ma votre ta lt laut per siehe selon segun a o de het mijn uw'.split(
    ' ',
  ),
);
const ARTICLES = /^(?:the|this|that|a|o|de|het|der|dem|den|die|la|le|les|el|los)$/;

/** "account no on the invoice 12", "Kundennummer auf der Rechnung: 12": the thing says where the person's number stands. */
function isWrittenOn(words: readonly string[], at: number): boolean {
  let back = at;
  while (back >= 0 && PLACES.has(words[back])) back--;
  if (back < 0 || words.slice(back + 1, at + 1).every((word) => ARTICLES.test(word))) return false;
  const match = termAt(words, back);
  if (match === undefined) return false;
  const { term, count } = match;
  if (term.role === 'own') return true;
  if (term.role === 'about') return isNumberBefore(words, back - count);
  return term.role === 'number' && back >= count && termAt(words, back - count)?.term.role === 'about';
}

function decide({ role, kind }: Term, walk: Walk): Verdict | 'none' {
  const { one, foreign } = walk;
  if (role === 'number') {
    walk.hasNumber = true;
    if (foreign === 0) walk.isNumbered = true;
    return undefined;
  }
  if (role === 'block') return foreign <= 2 ? 'none' : undefined;
  const isPlain = /^\d{1,4}$/.test(one.value);
  if (role === 'own') {
    if (foreign === 0) return { kind, score: 0.9 };
    return one.isCode || (one.digits >= 5 && foreign <= 3) ? { kind, score: 0.75 } : undefined;
  }
  if (isPlain && !(walk.isNumbered || foreign === 0)) return undefined;
  if (walk.hasNumber && foreign <= 4) return { kind, score: 0.8 };
  if (foreign === 0 && (one.isCode || (one.digits >= 5 && walk.small === 0))) return { kind, score: 0.7 };
  return foreign <= 3 && one.isCode && one.digits >= 5 ? { kind, score: 0.7 } : undefined;
}

function saidBehind(text: string, one: Identifier): Candidate | undefined {
  const behind = text.slice(one.end, one.end + BEHIND);
  if (!one.isCode || !SAID_BEHIND.test(behind)) return undefined;
  const words = wordsOf(fold(behind.split(/[.;)\n]|\d/)[0])).slice(0, 6);
  for (let at = 0; at < words.length; at++) {
    const match = termAt(words, at);
    if (match?.term.role === 'block') return undefined;
    if (match?.term.role === 'own') return { start: one.start, end: one.end, kind: match.term.kind, score: 0.75 };
    if (match?.term.role !== 'about') continue;
    const isNumbered = words.some((_, index) => termAt(words, index)?.term.role === 'number');
    if (isNumbered) return { start: one.start, end: one.end, kind: match.term.kind, score: 0.7 };
  }
  return undefined;
}

/** Letters before the digits belong to them: "KV 12", "II K 12/20", "3 O 12/20", "B-AB 12", "TREM 8004 4718". */
const PREFIX =
  /(?<![\p{L}\p{N}])(?:(?:[IVX]{1,4}|\d{1,3}) )?(?:[A-Z][A-Za-z]{0,2}|[A-Z]{4,5}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}) $/u;
/** "CHEM 2210" is a course. */
const LEAST_DIGITS = 5;

function startOf(text: string, { start, value, digits }: Identifier): number {
  if (!/^\d/.test(value)) return start;
  const prefix = PREFIX.exec(text.slice(Math.max(0, start - 10), start))?.[0];
  if (prefix === undefined || (/^[A-Z]{4}/.test(prefix) && digits < LEAST_DIGITS)) return start;
  if (/^(?:PIN|OTP|SMS|PUK|TAN|CVV|CVC|TOTP|DIN|EN|ISO|RAL|VIN|AND|THE|FOR) $/.test(prefix)) return start;
  const words = wordsOf(fold(prefix));
  // "CRM-SP 120716": a council's and a state's letters.
  const isTerm =
    (words.at(-1)!.length > 1 && CONNECTORS.has(words.at(-1)!) && prefix !== prefix.toUpperCase()) ||
    words.some((word, at) => word.length > 2 && termAt(words, at) !== undefined) ||
    termAt(words, words.length - 1) !== undefined;
  return isTerm ? start : start - prefix.length;
}
