/** Values introduced by a keyword: the keyword, optional words in between, and a span in the form of its kind. */
import type { Kind } from './kinds.ts';
import type { Lexicon } from './lexicon.ts';
import type { Candidate, Recogniser } from './recogniser.ts';
import type { Reading } from './reading.ts';
import type { FoundTerm } from './terms.ts';
import type { Token } from './tokens.ts';

/** Form of the values of each kind. Kinds without a form are left to the tagger. */
interface Form {
  fits(value: string): boolean;
  score: number;
}

const digitsOf = (value: string): number => value.replaceAll(/\D/g, '').length;
const identifier: Form = { fits: (value) => value.length >= 4 && digitsOf(value) >= 3, score: 0.8 };
const password: Form = {
  fits: (value) =>
    value.length >= 4 && /\d|[^\p{L}\p{N}]\p{L}|\p{Ll}\p{Lu}/u.test(value) && !/^\d{1,2}[:.]\d\d$/.test(value),
  score: 0.7,
};
const FORMS: Partial<Record<Kind, Form>> = {
  account: identifier,
  code: identifier,
  device: identifier,
  health_plan: identifier,
  licence: identifier,
  medical_record: identifier,
  national_id: identifier,
  passport: { fits: (value) => value.length >= 6 && digitsOf(value) >= 3, score: 0.8 },
  plate: { fits: (value) => value.length >= 4 && digitsOf(value) >= 1 && !/^\d{1,3}$/.test(value), score: 0.6 },
  secret: password,
  phone: { fits: (value) => digitsOf(value) >= 6 && !/\p{L}/u.test(value), score: 0.75 },
  fax: { fits: (value) => digitsOf(value) >= 6 && !/\p{L}/u.test(value), score: 0.8 },
};

/** Maximum number of tokens between a keyword and its value. */
const MOST_BETWEEN = 6;
const MARKS: ReadonlySet<string> = new Set(':#=.()"“”„\'’-–—>*|/№°º');
/** A shorter keyword is an everyday word in some language. */
const LEAST_WORD = 3;
const UNSURE = 0.3;

export const announced: Recogniser = {
  name: 'announced',
  kind: 'code',
  *find(text, reading) {
    for (const [index, term] of reading.terms.entries()) {
      if (term.role !== 'announcing' && term.role !== 'owner') continue;
      const form = FORMS[term.kind];
      if (form === undefined) continue;
      const found = valueBehind(text, reading, { term, next: reading.terms[index + 1], form });
      if (found !== undefined) yield found;
    }
  },
};

interface Announcement {
  term: FoundTerm;
  next: FoundTerm | undefined;
  form: Form;
}

function valueBehind(
  text: string,
  { tokens, terms, lexicon }: Reading,
  { term, form }: Announcement,
): Candidate | undefined {
  let hasNumber = term.role === 'announcing';
  let isMarked = false;
  let at = term.to;
  for (const last = at + MOST_BETWEEN; at < last && at < tokens.length; at++) {
    const { form: word } = tokens[at];
    if (word.sort === 'break' || word.sort === 'number') break;
    if (startsValue(text, tokens, at, term.kind)) break;
    if (lexicon.terms.isFigure(word)) return hasNumber ? spelt(tokens, at, term.kind, lexicon) : undefined;
    const inner = terms.find(({ from, to }) => from <= at && at < to);
    if (inner?.role === 'number') {
      hasNumber = true;
      at = inner.to - 1;
    } else if (MARKS.has(word.text)) isMarked ||= word.text === ':' || word.text === '#';
    else if (!lexicon.terms.isLinking(word)) return undefined;
  }
  if (at >= tokens.length || tokens[at].form.sort === 'break' || !hasNumber) return undefined;
  const { start, end } = stretchAt(text, tokens, at, term.kind);
  if (!form.fits(text.slice(start, end))) return undefined;
  const isSure = term.length >= LEAST_WORD || isMarked;
  return { start, end, kind: kindOf(term.kind, text.slice(start, end)), score: isSure ? form.score : UNSURE };
}

const LEAST_SPELT = 3;

/** Digits in words: "four, four, one seven". */
function spelt(tokens: readonly Token[], from: number, kind: Kind, { terms }: Lexicon): Candidate | undefined {
  let [to, count] = [from, 0];
  for (let at = from; at < tokens.length; at++) {
    if (terms.isFigure(tokens[at].form)) [to, count] = [at, count + 1];
    else if (!BETWEEN_FIGURES.has(tokens[at].form.text)) break;
  }
  return count < LEAST_SPELT ? undefined : { start: tokens[from].start, end: tokens[to].end, kind, score: 0.7 };
}

const BETWEEN_FIGURES: ReadonlySet<string> = new Set([',', '-', '–', '.']);

function kindOf(kind: Kind, value: string): Kind {
  return kind === 'plate' && value.replaceAll(/[^A-Za-z0-9]/g, '').length === 17 ? 'vin' : kind;
}

/** Whether a value starts here: a word followed by digits, as in identifiers, or for secrets any characters. */
function startsValue(text: string, tokens: readonly Token[], at: number, kind: Kind): boolean {
  const { start, end } = stretchAt(text, tokens, at, kind);
  const value = text.slice(start, end);
  return kind === 'secret'
    ? password.fits(value) && /\d|\p{Ll}\p{Lu}/u.test(value)
    : /^[\p{L}][\p{L}\d]*[\d./-]*\d/u.test(value);
}

const SEPARATED = /^[ ](?=\d{2,}|[A-Z]{1,3}\d|\d+[A-Z]?(?![\p{L}\d]))[A-Z]{0,3}\d[\dA-Z./-]*/u;
const MOST_GROUPS = 8;

/** From a token to the next space, without closing punctuation, and further groups of digits after single spaces. */
function stretchAt(text: string, tokens: readonly Token[], at: number, kind: Kind): { start: number; end: number } {
  const { start } = tokens[at];
  let end = start;
  const stop = kind === 'secret' ? /\s/ : /[\s,;()"”]/;
  while (end < text.length && !stop.test(text[end])) end++;
  if (kind !== 'secret') {
    for (let group = 0; group < MOST_GROUPS && /\d/.test(text.slice(start, end)); group++) {
      const more = SEPARATED.exec(text.slice(end, end + 24));
      if (more === null) break;
      end += more[0].length;
    }
  }
  while (end > start && /[.,;:!?"'”’)\]}]/.test(text[end - 1])) end--;
  return { start, end };
}

/** Phrases that are personal data by themselves, for example "iris scan". */
export const phrases: Recogniser = {
  name: 'phrase',
  kind: 'photo',
  *find(_, { tokens, terms }) {
    for (const { role, kind, from, to } of terms)
      if (role === 'phrase') yield { start: tokens[from].start, end: tokens[to - 1].end, kind, score: 0.55 };
  },
};
