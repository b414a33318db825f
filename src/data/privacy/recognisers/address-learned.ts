/** Addresses of forms that no rule has, by what was learnt from invented ones of many countries. */
import { addressesOf, type TaggedAddress } from '../addresses/tagger.ts';
import type { Recogniser } from '../recogniser.ts';

export const recogniser: Recogniser = {
  name: 'address-learned',
  kind: 'address',
  givesWay: true,
  *find(text) {
    for (const one of addressesOf(text)) {
      const { start } = one;
      let { end } = one;
      while (end < text.length && GOES_ON.test(text[end])) end++;
      if (isAddress(text.slice(start, end), one)) yield { start, end, score: SCORE };
    }
  },
};

/** Marks over and under letters, and halves of characters: no end of a word. */
const GOES_ON = /[\p{M}\udc00-\udfff]/u;
/** Below what rules are sure of, so that their kinds and ends count first. */
const SCORE = 0.55;
/** From which probability on a stretch with a number is taken, and one without. */
const LEAST = 0.65;
const LEAST_NUMBERLESS = 0.7;
/** Of one or two words. */
const LEAST_SHORT = 0.85;

/** "Sat. 10 a.m. to 9 p.m.", columns, sections of laws, courts. */
const OTHER = new RegExp(
  [
    String.raw`\d ?[ap]\.? ?m(?:\.|(?!\p{L}))|[^\S\n]{4}|(?<!\p{L})Vol$`,
    String.raw`(?<!\p{L})(?:section|article|alinéa|exhibit|pflegegrad) ?\d|\d(?:st|nd|rd|th) printing|(?<!\p{L})BP \d{2,3}/\d`,
    String.raw`mahkemesi|(?:járás|törvény)bíróság|(?<!\p{L})(?:(?:district|high|county|crown|supreme|family) court|tribunal|amtsgericht|landgericht)(?!\p{L})`,
  ].join('|'),
  'iu',
);
/** What is ordered: "6 x Granny Smith", "4 st Billy, 2 st Ivar". */
const ORDERED =
  /(?<![\p{L}\d])\d{1,3} ?(?:x|×|[Ss]tk\.?|szt\.?|ks|db|pcs|N·m) \p{Lu}|(?<![\p{L}\d])\d{1,2} st \p{Lu}\p{Ll}+, \d{1,2} st /u;

/** Numbers alone, and single words, are too little. */
function isAddress(written: string, { probability }: TaggedAddress): boolean {
  const words = written.match(/\p{L}{2,}/gu) ?? [];
  const letters = words.join('').length;
  const hasNumber = /\d/.test(written);
  if (OTHER.test(written) || ORDERED.test(written)) return false;
  if (letters < 4 || (words.length < 2 && !hasNumber)) return false;
  return probability >= Math.max(hasNumber ? LEAST : LEAST_NUMBERLESS, words.length < 3 ? LEAST_SHORT : 0);
}
