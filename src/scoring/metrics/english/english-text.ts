/** Normalises English speech transcripts, after Whisper's English normaliser (Radford et al., 2022, appendix C). */
import { table } from '../../../base/table.ts';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NumberReader } from './number-reader.ts';
import { decimals, multipliers } from './number-words.ts';

/** Word characters; `\b` only covers ASCII letters. */
const LETTER = String.raw`[\p{L}\p{N}_]`;
const START = `(?<!${LETTER})`;
const END = `(?!${LETTER})`;

const wholeWord = (word: string): RegExp => new RegExp(`${START}${word}${END}`, 'gu');
const wordEnd = (end: string): RegExp => new RegExp(`${end}${END}`, 'gu');

const HESITATION = wholeWord('(?:hmm|mm|mhm|mmm|uh|um)');

const SHORT_FORMS = {
  "won't": 'will not',
  "can't": 'can not',
  "let's": 'let us',
  "ain't": 'aint',
  "y'all": 'you all',
  wanna: 'want to',
  gotta: 'got to',
  gonna: 'going to',
  "i'ma": 'i am going to',
  imma: 'i am going to',
  woulda: 'would have',
  coulda: 'could have',
  shoulda: 'should have',
  "ma'am": 'madam',
};
const TITLES =
  'mr mister, mrs missus, st saint, dr doctor, prof professor, capt captain, gov governor, ald ' +
  'alderman, gen general, sen senator, rep representative, pres president, rev reverend, hon ' +
  'honorable, asst assistant, assoc associate, lt lieutenant, col colonel, jr junior, sr senior, esq ' +
  'esquire';
/** Expansion of contractions, in order of precedence. */
const APOSTROPHES = {
  "'d been": ' had been',
  "'s been": ' has been',
  "'d gone": ' had gone',
  "'s gone": ' has gone',
  "'d done": ' had done',
  "'s got": ' has got',
  "n't": ' not',
  "'re": ' are',
  "'s": ' is',
  "'d": ' would',
  "'ll": ' will',
  "'t": ' not',
  "'ve": ' have',
  "'m": ' am',
};

const replacements: readonly (readonly [RegExp, string])[] = [
  ...Object.entries(SHORT_FORMS).map(([short, long]) => [wholeWord(short), long] as const),
  ...TITLES.split(', ').map((pair) => [wholeWord(pair.split(' ')[0]), `${pair.split(' ')[1]} `] as const),
  ...Object.entries(APOSTROPHES).map(([short, long]) => [wordEnd(short), long] as const),
];

/** Letters that Unicode does not decompose into a letter and a mark. */
const PLAIN: Readonly<Record<string, string>> = table({
  œ: 'oe',
  ø: 'o',
  æ: 'ae',
  ß: 'ss',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
});
const PLAINED = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/** Lower case, expanded contractions, numbers as digits, American spelling; no diacritics, symbols and fillers. */
export function englishText(text: string): string {
  let plain = text
    .toLowerCase()
    .replaceAll(/[<[][^>\]]*[>\]]/g, '')
    .replaceAll(/\([^)]+?\)/g, '')
    .replaceAll(HESITATION, '')
    .replaceAll(/\s+'/g, "'");
  for (const [short, long] of replacements) plain = plain.replaceAll(short, long);
  plain = plain.replaceAll(/([0-9]),([0-9])/g, '$1$2').replaceAll(/\.([^0-9]|$)/g, ' $1');
  return americanSpelling(withDigits(withoutMarks(plain)))
    .replaceAll(/([$¢€£])\s+([0-9])/g, '$1$2')
    .replaceAll(/([0-9])\s+%/g, '$1%')
    .replaceAll(/[.$¢€£]([^0-9])/g, ' $1')
    .replaceAll(/([^0-9])%/g, '$1 ')
    .replaceAll(/\s+/g, ' ');
}

/** Keeps the signs of numbers. */
function withoutMarks(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(PLAINED, (letter) => PLAIN[letter])
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/(?![.%$¢€£])[\p{M}\p{S}\p{P}]/gu, ' ');
}

function withDigits(text: string): string {
  const words = NumberReader.read(separated(withHalves(text)).split(/\s+/).filter(Boolean));
  return words
    .join(' ')
    .replaceAll(/([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})(?![\p{L}\p{N}_])/gu, (_, sign, whole, cents: string) => {
      return `${sign}${whole}.${cents.padStart(2, '0')}`;
    })
    .replaceAll(/[€£$]0.([0-9]{1,2})(?![\p{L}\p{N}_])/gu, (_, cents) => `¢${Number(cents)}`)
    .replaceAll(wholeWord('1(s?)'), 'one$1');
}

const HALF_OF_MANY = new RegExp(
  `${START}(?:a\\s+half\\s+|half\\s+(?:a\\s+)?)(${[...multipliers.keys()].toSorted((a, b) => b.length - a.length).join('|')})${END}`,
  'gu',
);
const AND_A_HALF = wholeWord('and\\s+a\\s+half');

/** "Two and a half" as "two point five", "half a million" as "0.5 million". */
function withHalves(text: string): string {
  const parts = text.split(AND_A_HALF);
  const joined = parts.flatMap((part, i) => {
    if (part.trim() === '') return [];
    if (i === parts.length - 1) return [part];
    const last = part.trim().split(/\s+/).at(-1)!;
    return [part, decimals.has(last) || multipliers.has(last) ? 'point five' : 'and a half'];
  });
  return joined.join(' ').replaceAll(HALF_OF_MANY, '0.5 $1');
}

/** Separates digits and letters, except for endings such as `th`. */
function separated(text: string): string {
  return text
    .replaceAll(/([a-z])([0-9])/g, '$1 $2')
    .replaceAll(/([0-9])([a-z])/g, '$1 $2')
    .replaceAll(new RegExp(`([0-9])\\s+(st|nd|rd|th|s)${END}`, 'gu'), '$1$2');
}

let spellings: ReadonlyMap<string, string> | undefined;

/** Uses the table in assets/spelling, whose README names its source. */
function americanSpelling(text: string): string {
  spellings ??= readSpellings();
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => spellings!.get(word) ?? word)
    .join(' ');
}

function readSpellings(): ReadonlyMap<string, string> {
  const path = fileURLToPath(new URL('../../../../assets/spelling/british.tsv', import.meta.url));
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => line.split('\t') as [string, string]));
}
