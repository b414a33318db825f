/**
 * Whoever wrote a message, by where letters and mails say so: in front of "wrote:", beside an address that is made of the
 * name, and under "Regards". There also nicknames and names in small letters are found, which nothing else tells.
 */
import { asListed } from '../gazetteer.ts';
import { NOT_NAMES } from '../name-words.ts';
import { CLOSINGS, SHORT_CLOSINGS, WROTE, WROTE_BEFORE } from '../names/closings.ts';
import { standingOf } from '../names/features.ts';
import { isCountry, isRole } from '../names/roles.ts';
import { isCalledThing } from '../names/tagger.ts';
import { quotedWriters } from '../names/quoted-writers.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

const PIECE = String.raw`\p{L}(?:[\p{L}\p{M}'’.-]){0,24}`;
const NAME = String.raw`${PIECE}(?:[ \u00a0]${PIECE}){0,3}`;

const WROTE_BEHIND = new WordPattern(String.raw`(?<!\p{L})(?:${WROTE})[ \u00a0]?:[ \t]*(?:\n|$)`, 'iu');
/** "On Mon, 9 Sep 2002, Ann Bell <ann@bell.example> wrote:". */
const BEFORE_WROTE = new RegExp(
  String.raw`(?:^|[\n>|,:"“+\d] ?)[ \t]{0,4}(?<value>${NAME})["”]{0,2}(?: ?(?:<[^<>\n]{3,60}>|\([^()\n]{3,60}\)|\[[^[\]\n]{3,60}\]))?[ \n]$`,
  'u',
);
const WROTE_FIRST = new WordPattern(
  String.raw`(?<!\p{L})(?:${WROTE_BEFORE}) (?<value>${NAME})(?: <[^<>\n]{3,60}>)?:[ \t]*(?:\n|$)`,
  'iu',
);
const POSTED = new WordPattern(String.raw`(?<!\p{L})posted by (?<value>${NAME}) on (?=\p{Lu})`, 'iu');
const ADDRESS = new Expression(/<(?:mailto:)?(?<local>[\w.+-]{2,40})@[\w-]/gu);
const BEFORE_ADDRESS = new RegExp(
  String.raw`(?:^|[^\p{L}\p{N}.'’-])(?<value>${NAME})["'”)]{0,2}[ \t]{0,3}\n?[ \t>]{0,4}$`,
  'u',
);
const CLOSED = new WordPattern(
  String.raw`(?<=(?:^|[\n.!?;,])[ \t>]{0,6})(?:${CLOSINGS})[,.!]{0,2}[ \t]*(?:\n[ \t>]{0,8}){1,3}(?:[-–—/~]{1,2} ?)?(?<value>${NAME})[.,!]?[ \t]*(?=\n|$|[(<]|mailto:)`,
  'iu',
);
const CLOSED_SHORT = new WordPattern(
  String.raw`(?<=(?:^|[\n.!?;,)])[ \t]{0,3})(?:${SHORT_CLOSINGS})[, ] ?(?<value>${NAME})[.!]?[ \t]*(?=\n|$)`,
  'iu',
);
/** A line between empty ones at the end of what somebody wrote: "- Joe", "--Guido", "Skip". */
const UNDER =
  /\n[ \t>]{0,4}\n[ \t>]{0,10}(?:-{1,2} ?|[–—/~*] ?|\.\.\.)?(?<value>\p{L}[\p{L}'’.-]{1,19}(?: \p{Lu}[\p{L}'’.-]{0,19}){0,2}?)\.{0,3}[ \t]*(?=\n[ \t>]{0,4}(?:\n|[-_=]{2}|https?:|["“]|$)|$| \()/gu;
const IS_MAIL = /(?:^|\n)(?:> ?|From: |Subject: |URL: |--(?: ?\n| \p{L})|_{20,}|To unsubscribe)|wrote:\n/u;
const NEAR = 160;

export const recogniser: Recogniser = {
  name: 'name-of-writer',
  kind: 'name',
  *find(text) {
    const quoted = [...quotedWriters(text)].filter(({ start, end }) => !isNobody(text.slice(start, end)));
    const found = [...fromHeads(text), ...quoted];
    yield* found;
    yield* nicknamesAgain(text, found, new Set(quoted.map(({ start, end }) => text.slice(start, end))));
    if (!text.includes('\n') && text.length > NEAR * 4) return;
    for (const match of [...CLOSED.matches(text), ...CLOSED_SHORT.matches(text)]) yield* writerOf(text, match, 0.7);
    if (!IS_MAIL.test(text)) return;
    for (const match of matchesOf(UNDER, text)) yield* writerOf(text, match, 0.6);
  },
};

/** In front of "wrote:" and of addresses. */
function* fromHeads(text: string): Generator<Candidate> {
  for (const { index } of WROTE_BEHIND.matches(text)) {
    const from = Math.max(0, index - NEAR);
    const match = BEFORE_WROTE.exec(text.slice(from, index));
    if (match !== null) yield* headOf(text, from + placeOf(match), match.groups!.value);
  }
  for (const match of [...WROTE_FIRST.matches(text), ...POSTED.matches(text)])
    yield* headOf(text, placeOf(match), match.groups!.value);
  if (!text.includes('<')) return;
  for (const { index, groups } of ADDRESS.matches(text)) {
    const from = Math.max(0, index - NEAR);
    const match = BEFORE_ADDRESS.exec(text.slice(from, index));
    if (match === null || !isOfAddress(match.groups!.value, groups!.local)) continue;
    yield* headOf(text, from + placeOf(match), match.groups!.value);
  }
}

/** Where the group `value` of a match begins. */
function placeOf(match: RegExpExecArray): number {
  return match.index + match[0].lastIndexOf(match.groups!.value);
}

const LEAST_SHARED = 3;

/** "che" is who writes from che666@, "Ann Bell" from abell@, "R. A. Hettinga" by form. */
function isOfAddress(value: string, local: string): boolean {
  if (/^(?:\p{Lu}\.? ){1,2}\p{Lu}\p{Ll}{2,}$/u.test(value)) return true;
  const plain = local.toLowerCase();
  const words = value.toLowerCase().split(/[ .]+/);
  return words.some((word) => word.length >= LEAST_SHARED && plain.includes(word.slice(0, 6)));
}

function* headOf(text: string, start: number, value: string): Generator<Candidate> {
  const name = value.replace(/(?<=\p{L}{2})\.$/u, '');
  if (isSomebody(name) && !isCalled(text, start, name)) yield { start, end: start + name.length, score: 0.72 };
}

const LONGEST_SMALL = 9;

/** Who signs is told from what else stands in a line of its own. */
function* writerOf(text: string, match: RegExpExecArray, score: number): Generator<Candidate> {
  const start = placeOf(match);
  const name = match.groups!.value.replace(/(?<=\p{L}{2})\.+$/u, '');
  if (!isSomebody(name) || isCalled(text, start, name)) return;
  const words = name.split(/[ \u00a0]/);
  const isLikely = words.some((word) => {
    const { given, family, everyday, city } = standingOf(word);
    const isNew = everyday === '0' && city === '0' && word.length > 2;
    // "passexpeditionen" is a word that no dictionary has.
    return given !== '0' || family === '1' || (isNew && (word.length <= LONGEST_SMALL || /^\p{Lu}/u.test(word)));
  });
  if (isLikely) yield { start, end: start + name.length, score };
}

/** What firms are called is nobody's name, but for one that many people have. */
function isCalled(text: string, start: number, name: string): boolean {
  return isCalledThing(text, start, start + name.length) && standingOf(name.split(' ')[0]).given === '0';
}

const NOBODY =
  /^(?:i|he|she|you|we|they|who|it|someone|somebody|anyone|people|user|users|the|a|an|and|or|my|your|our|his|her|this|that|yes|no|ok|on|at|of|in|to|for|from|by|as|re|fwd|team|ich|er|sie|wir|man|je|il|elle|on|nous|vous|yo|él|ella|io|lui|lei|eu|ele|ela|ik|hij|zij|ja|on|ona|jag|han|hon|jeg|hun|yep|yup|nope|pah|bah|bye|heh|hmm+|ditto|sigh|wow|oops|hey|hi|hello|nifty|ahh|hah?a|lol|moo|voila|touché)$/iu;
const FIRM =
  /^(?:inc|ltd|llc|gmbh|ag|kg|plc|corp|co|sa|srl|spa|bv|ab|as|oy|nv|se|e\.?v|group|list|digest|news|newsletter|admin|daemon)\.?$/iu;

/** "He", "The manual": what somebody may be called by a nickname is none of these. */
function isNobody(name: string): boolean {
  const words = name.split(/[ \u00a0]/);
  if (/^\p{Lu}{2,4}$|['’](?:t|s|ll|re|m|ve)\b/u.test(name) || name.length < 3) return true;
  return [words[0], words.at(-1)!].some(
    (word) => NOBODY.test(word) || FIRM.test(word) || NOT_NAMES.has(asListed(word)) || isRoleAlone(word),
  );
}

/** Up to four words of which none is a role, a firm's ending, a country or a word that is no name. */
function isSomebody(name: string): boolean {
  const words = name.split(/[ \u00a0]/);
  if (name.replaceAll(/[^\p{L}]/gu, '').length < 3 || /^\p{Lu}{2,4}$|\.\p{Ll}|['’](?:t|s|ll|re|m|ve)\b/u.test(name))
    return false;
  if (words.length === 2 && words.every((word) => /^\p{Ll}/u.test(word)) && words.some(isPlainWord)) return false;
  if (words.length > 2 && words.some((word) => /^\p{Ll}{4,}/u.test(word))) return false;
  if (words.length === 1 ? isPlainWord(name) : words.every(isWordAlone)) return false;
  return !words.some(
    (word) =>
      NOBODY.test(word) ||
      FIRM.test(word) ||
      NOT_NAMES.has(asListed(word)) ||
      isCountry(word.toLowerCase()) ||
      isRoleAlone(word),
  );
}

function isRoleAlone(word: string): boolean {
  return word.length > 2 && isRole(word.toLowerCase().replace(/\.$/, ''));
}

/** A word of everyday language that nobody is called. */
function isPlainWord(word: string): boolean {
  const { given, family, everyday } = standingOf(word.replace(/\.$/, ''));
  return everyday === '1' && given === '0' && (family === '0' || /^\p{Ll}/u.test(word));
}

/** Among others: "Garden Window", of which lists have surnames that are words. */
function isWordAlone(word: string): boolean {
  const { given, family, everyday } = standingOf(word);
  return everyday === '1' && given === '0' && family !== '1';
}

/** Nicknames in small letters, or of mixed ones, wherever else they stand. */
function* nicknamesAgain(text: string, found: readonly Candidate[], quoted: ReadonlySet<string>): Generator<Candidate> {
  const names = new Set(found.map(({ start, end }) => text.slice(start, end)));
  for (const name of names) {
    const isCapitalised = /^\p{Lu}\p{Ll}+$/u.test(name);
    if (/[ .]/.test(name) || (isCapitalised && !quoted.has(name))) continue;
    const isWord = standingOf(name).everyday === '1';
    if (isWord && !isCapitalised) continue;
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
      const end = at + name.length;
      const around = text.slice(Math.max(0, at - 1), at) + text.slice(end, end + 1);
      if (/[\p{L}\p{N}@_./]/u.test(around.replace(/\.$/, ''))) continue;
      if (!isWord || IS_ADDRESSED.test(text.slice(end, end + 3))) yield { start: at, end, score: 0.6 };
    }
  }
}

/** Behind a nickname that is a word, too: "Swerve, shut up", "Hacksaw's box". */
const IS_ADDRESSED = /^(?:,|['’]s| (?:is|sa|wr))/;
