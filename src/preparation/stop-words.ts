// The most frequent words of ten languages in Latin script; prose in any of them contains some.
import { greatest } from '../base/many.ts';
const WORDS = new Set(
  [
    'the of and to in is that it for was on are with as his they at be this have from or had by but not you',
    'der die und das in den von zu ist mit sich des auf für nicht ein eine als auch es an werden aus er hat dass sie nach',
    'le la les de des et à un une du que en est pour dans qui pas sur au avec il se plus par ce ne sont',
    'el los las y en un una del se por con para es que no su al lo como más pero sus o este sí',
    'il di che e la per un in è non una sono da con si del alla come più i le della nel anche',
    'o a os as do da em um uma que não para com por se na no mais dos como mas ao ele',
    'het een van en in is dat op te zijn met voor niet aan er maar om ook als dan',
    'i w na z do się nie że to o jak jest po od za przez ale',
    'och att det som en på är av för med den till inte har de om ett',
    'og i det at en til er som på af de med for ikke der',
  ].flatMap((line) => line.split(' ')),
);

const LONGEST = greatest([...WORDS].map(({ length }) => length));

/** Whether the characters in this range are a stop word, ignoring surrounding punctuation. */
export function isStopWord(text: string, from: number, to: number): boolean {
  let [first, last] = [from, to];
  while (first < last && isAsciiSign(text.charCodeAt(first))) first++;
  while (last > first && isAsciiSign(text.charCodeAt(last - 1))) last--;
  if (first === last) return false;
  let at = first;
  while (at < last && isAsciiLetter(text.charCodeAt(at))) at++;
  // Most words are too long, and checking the length is cheaper than a lookup.
  if (at === last && last - first > LONGEST) return false;
  const small = text.slice(first, last).toLowerCase();
  return WORDS.has(at === last ? small : small.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''));
}

function isAsciiSign(code: number): boolean {
  return code < 0x80 && !isAsciiLetter(code);
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

const LETTER = /\p{L}/u;
const LATIN = /\p{Script=Latin}/u;

/** Whether most letters are Latin: these words say nothing about other scripts. */
export function isProse(text: string): boolean {
  let letters = 0;
  let latin = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      if (!isAsciiLetter(code)) continue;
      letters++;
      latin++;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at)!);
    if (character.length === 2) at++;
    if (LETTER.test(character)) letters++;
    if (LATIN.test(character)) latin++;
  }
  return letters > 0 && latin / letters > 0.5;
}
