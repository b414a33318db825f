/** Email addresses, also obfuscated ones: "jane (at) example (dot) org". */
import { isEveryday } from '../gazetteer.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';

const LOCAL = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}](?:[\p{L}\p{N}_%+'-]|\.(?!\.)){0,63}$/u;
const DOT = String.raw`(?:\.|\s?[[({]\s?(?:dot|punkt|point)\s?[\])}]\s?)`;
const HOST = new RegExp(String.raw`^(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}${DOT}){1,5}\p{L}{2,24}(?![\p{L}\p{N}])`, 'iu');
const MARKS = /@|\s?[[({]\s?(?:at|ät|arroba)\s?[\])}]\s?/giu;
/** "ville.skytta at iki.fi", "gbolcer at endtech dot com"; the part before "at" must not be a word of a sentence. */
const SPELT =
  /\s(?:at|@|arroba|chez)\s(?:[a-z\d][a-z\d-]{1,40}(?:\.| dot | punkt | point )){1,4}(?:com|org|net|edu|[a-z]{2})(?![\p{L}\p{N}@-]|\.\p{L})/giu;
/** In email headers: "for <jm@localhost>", "from jm@localhost by". */
const OF_MACHINE =
  /(?<=(?:^|[\s(])(?:for|from)\s{1,3}<?)(?!(?:root|git|admin|daemon|nobody|user|test)@)[a-z][\w.+-]{1,40}@localhost(?![\w.])/gi;
const PRONOUN = /^(?:us|me|him|her|them|you|it)$/i;
/** Message ids, recognised by their header or many digits, belong to no person. */
const ID_DIGITS = /^(?!0)(?<digits>\d+\.\d+)@/;
const ID_HEADER = /(?:message-id|in-reply-to|references)["']?\s?[:=][^:=]{0,200}$/i;
const HEADER_REACH = 240;
const LEAST_ID = 9;
const [LOCAL_REACH, HOST_REACH] = [64, 200];

export const recogniser: Recogniser = {
  name: 'email',
  kind: 'email',
  needs: /@|[[({]\s?(?:at|ät|arroba)\s?[\])}]|\s(?:at|arroba|chez)\s\S/i,
  *find(text) {
    for (const { 0: mark, index } of text.matchAll(MARKS)) {
      const one = around(text, index, index + mark.length);
      if (one !== undefined && !isMessageId(text, one)) yield one;
    }
    if (/@localhost/i.test(text)) {
      for (const { 0: value, index } of text.matchAll(OF_MACHINE))
        yield { start: index, end: index + value.length, score: 0.8 };
    }
    yield* spelt(text);
  },
};

function around(text: string, from: number, to: number): Candidate | undefined {
  const local = LOCAL.exec(text.slice(Math.max(0, from - LOCAL_REACH), from))?.[0];
  const host = local === undefined ? undefined : HOST.exec(text.slice(to, to + HOST_REACH))?.[0];
  return host === undefined ? undefined : { start: from - local!.length, end: to + host.length, score: 0.99 };
}

function isMessageId(text: string, { start, end }: Candidate): boolean {
  const before = text.slice(Math.max(0, start - HEADER_REACH), start);
  if (text[start - 1] === '<' && text[end] === '>' && ID_HEADER.test(before)) return true;
  const digits = ID_DIGITS.exec(text.slice(start, end))?.groups!.digits;
  return digits !== undefined && (digits.length > LEAST_ID || ID_HEADER.test(before));
}

function* spelt(text: string): Generator<Candidate> {
  for (const { 0: host, index } of text.matchAll(SPELT)) {
    const local = LOCAL.exec(text.slice(Math.max(0, index - LOCAL_REACH), index))?.[0];
    if (local === undefined || PRONOUN.test(local)) continue;
    if (!/[._\d]/.test(local) && isEveryday(local.toLowerCase())) continue;
    yield { start: index - local.length, end: index + host.length, score: 0.8 };
  }
}
