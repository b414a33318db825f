/** Towns as Polish and Czech bend them behind prepositions, and as Turkish ends them: "w Kielcach", "z Olomouce", "Bursa'da". */
import { standingOf } from '../names/features.ts';
import { isTown } from '../names/towns.ts';

/** What an ending may have been: of w Warszawie "Warszawa", of z Torunia "Toruń". */
const ENDINGS: readonly (readonly [ending: string, ...before: string[]])[] = [
  ['skiego', 'skie', 'ski'],
  ['ego', 'e', 'y'],
  ['ach', 'e', 'y', 'a'],
  ['ích', 'e'],
  ['ech', 'y'],
  ['owie', 'ów'],
  ['dzie', 'da', 'd'],
  ['ście', 'sta', 'sto', 'st'],
  ['cie', 'ta', 'to', 't'],
  ['dzi', 'dź'],
  ['rze', 'ra', 'r'],
  ['dze', 'ga'],
  ['śle', 'sło', 'sła'],
  ['le', 'ła', 'ło', 'ł'],
  ['niu', 'ń'],
  ['nia', 'ń'],
  ['iu', ''],
  ['ia', ''],
  ['ie', 'a', 'o', ''],
  ['nem', 'ne'],
  ['em', 'e'],
  ['ej', 'a'],
  ['cy', 'ca'],
  ['ny', 'no', 'na'],
  ['ci', 'c', 'ć', 'ec', 'ce'],
  ['ce', 'c', 'ka', 'ca', 'ec'],
  ['ze', 'ha'],
  ['ně', 'no', 'na', 'ň', 'n', 'eň'],
  ['ě', 'a', 'o', ''],
  ['y', 'a', 'ý', ''],
  ['i', 'a', 'e', ''],
  ['u', '', 'o'],
  ['a', '', 'o', 'e'],
  ['e', '', 'a', 'o'],
  ['', 'e', 'y', 'o', 'a'],
];

const SUFFIX = /['’](?:[dt][ae]n?(?:ki)?|y?[ae]|n?[ıiuü]n|y?[ıiuü]|l[ıiuü])$/u;
const SUFFIX_ALONE = /(?:[dt][ae]n?)$/u;
const LEAST = 4;

/** Whether a word of one of the languages that bend places is one of a town that lists have. */
export function isBentTown(word: string): boolean {
  if (word.length < LEAST || (word.length === LEAST && standingOf(word).everyday === '1')) return false;
  for (const [ending, ...before] of ENDINGS) {
    if (!word.endsWith(ending) || word.length - ending.length < 2) continue;
    const stem = word.slice(0, word.length - ending.length);
    if (before.some((one) => isTown(stem + one) || (one === '' && isTown(rounded(stem))))) return true;
  }
  return false;
}

/** "Krakow" of Krakowa is Kraków, "Wroclaw" stays. */
function rounded(stem: string): string {
  return stem.replace(/o(?=[^aeiouyąęó]+$)/u, 'ó');
}

/** A town's name without a Turkish case's ending; undefined where there is none. */
export function withoutTurkishCase(word: string): string | undefined {
  const bare = word.replace(SUFFIX, '');
  if (bare !== word) return bare;
  const ended = word.replace(SUFFIX_ALONE, '');
  return ended !== word && ended.length >= LEAST ? ended : undefined;
}
