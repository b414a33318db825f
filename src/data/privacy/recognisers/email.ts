/** Addresses of e-mail, also written around: "jane (at) example (dot) org". */
import { isEveryday } from '../names/everyday.ts';
import { matchesOf, patternRecogniser, type Candidate, type Recogniser } from '../recogniser.ts';

const AT = String.raw`(?:@|\s?[[({]\s?(?:at|ät|arroba)\s?[\])}]\s?)`;
const DOT = String.raw`(?:\.|\s?[[({]\s?(?:dot|punkt|point)\s?[\])}]\s?)`;

/** Nearly every word may begin one, so that is not where to look first. */
const MARK = /@|[[({]\s?(?:at|ät|arroba)\s?[\])}]/iu;
/** "ville.skytta at iki.fi", "gbolcer at endtech dot com", "udhay @ pobox.com": in front of it no word of a sentence. */
const SPELLED =
  /\s(?:at|@|arroba|chez)\s(?:[a-z\d][a-z\d-]{1,40}(?:\.| dot | punkt | point | punto )){1,4}(?:com|org|net|edu|gov|info|io|co|[a-z]{2})(?![\p{L}\p{N}@-]|\.\p{L})/giu;
/** In mails' headers: "for <jm@localhost>", "from jm@localhost by". */
const OF_MACHINE =
  /(?<=(?:^|[\s(])(?:for|from)\s{1,3}<?)(?!(?:root|git|postgres|mysql|admin|daemon|www-data|nobody|user|username|test)@)[a-z][\w.+-]{1,40}@localhost(?=[>)\s,;]|\.?(?:\s|$))/gi;
const LOCAL = /(?<![\p{L}\p{N}._%+-])[a-z\d][\w.+-]{1,40}$/iu;
const LONGEST = 44;
/** Of a letter, and nobody's, where its header or its many digits say so: "22.1990@web.de" is somebody's. */
const MESSAGE_ID = /^(?!0)(?<digits>\d+\.\d+)@/;
const ID_HEADER = /(?:message-id|in-reply-to|references)["']?\s?[:=][^:=]{0,200}$/i;
/** Whatever it is made of. */
const ID_RIGHT_BEFORE = /(?:message-id|references):\s{0,6}(?:<[^<>\s]{3,80}>\s{1,6}){0,2}<$/i;
const HEADER_REACH = 240;
const LEAST_ID = 13;
const LEAST_ID_IN_BRACKETS = 9;
/** Nobody's, in front of "at": "contact us at". */
const PRONOUN = /^(?:us|me|him|her|them|you|it|uns|mich|ihn|sie|nous|moi|lui|nos)$/i;

const addresses = patternRecogniser({
  name: 'email',
  kind: 'email',
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}](?:[\p{L}\p{N}_%+'-]|\.(?!\.)){0,63}${AT}(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})${DOT}){1,5}\p{L}{2,24}(?![\p{L}\p{N}])`,
    'giu',
  ),
  isAnywhere: true,
  score: 0.99,
});

export const recogniser: Recogniser = {
  ...addresses,
  *find(text) {
    if (MARK.test(text)) {
      for (const one of addresses.find(text)) if (!isMessageId(text, one)) yield one;
    }
    if (/@localhost/i.test(text))
      for (const { 0: value, index } of matchesOf(OF_MACHINE, text))
        yield { start: index, end: index + value.length, score: 0.8 };
    yield* spelled(text);
  },
};

function isMessageId(text: string, { start, end }: Candidate): boolean {
  const isInBrackets = text[start - 1] === '<' && text[end] === '>';
  if (isInBrackets && ID_RIGHT_BEFORE.test(text.slice(Math.max(0, start - HEADER_REACH), start))) return true;
  const digits = MESSAGE_ID.exec(text.slice(start, end))?.groups!.digits;
  if (digits === undefined) return false;
  if (digits.length > (isInBrackets ? LEAST_ID_IN_BRACKETS : LEAST_ID)) return true;
  return ID_HEADER.test(text.slice(Math.max(0, start - HEADER_REACH), start));
}

function* spelled(text: string): Generator<Candidate> {
  for (const { 0: host, index } of matchesOf(SPELLED, text)) {
    const local = LOCAL.exec(text.slice(Math.max(0, index - LONGEST), index))?.[0];
    if (local === undefined || PRONOUN.test(local)) continue;
    if (!/[._\d]/.test(local) && isEveryday(local.toLowerCase())) continue;
    yield { start: index - local.length, end: index + host.length, score: 0.8 };
  }
}
