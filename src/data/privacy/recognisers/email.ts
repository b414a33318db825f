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
const LOCAL = /(?<![\p{L}\p{N}._%+-])[a-z\d][\w.+-]{1,40}$/iu;
const LONGEST = 44;
/** Of a letter, and nobody's. */
const MESSAGE_ID = /^\d+\.\d+@/;

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
      for (const one of addresses.find(text)) if (!MESSAGE_ID.test(text.slice(one.start, one.end))) yield one;
    }
    yield* spelled(text);
  },
};

function* spelled(text: string): Generator<Candidate> {
  for (const { 0: host, index } of matchesOf(SPELLED, text)) {
    const local = LOCAL.exec(text.slice(Math.max(0, index - LONGEST), index))?.[0];
    if (local === undefined || (!/[._\d]/.test(local) && isEveryday(local.toLowerCase()))) continue;
    yield { start: index - local.length, end: index + host.length, score: 0.8 };
  }
}
