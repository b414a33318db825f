/** Towns among a text's tokens: the longest name that lists have, bent or not, with what is around it. */
import { latin } from '../latin.ts';
import { standingOf } from '../names/features.ts';
import { isCountry } from '../names/roles.ts';
import { SORT, type Token } from '../names/tokens.ts';
import { isTown } from '../names/towns.ts';
import { isBentTown, withoutTurkishCase } from './bent-towns.ts';

/** Tokens of a text, the last not included. */
export interface Town {
  from: number;
  to: number;
  /** In the text, without a case's ending behind an apostrophe. */
  end: number;
  isListed: boolean;
}

/** Behind these places are bent. */
const BENDING: ReadonlySet<string> = new Set('w we z ze do v ve na u ke k'.split(' '));
const LINKS: ReadonlySet<string> = new Set(
  'de la le les del di da do dos das am an der im in sur sous on upon under the of aan den op nad pod na u v ob bei y al en el los las d l'.split(
    ' ',
  ),
);
const BENT_ADJECTIVE = /^\p{Lu}\p{Ll}{2,}(?:ego|iej|ej|ych|ých|ích|ém|ého|ým|ym|im)$/u;
const MOST_TOKENS = 6;
const LEAST_LETTERS = 3;

/** The town that begins at a token, behind a preposition or none. */
export function townAt(text: string, tokens: readonly Token[], from: number, preposition?: string): Town | undefined {
  const first = tokens[from];
  if (first === undefined || !mayBegin(first)) return undefined;
  const most = lengthOf(tokens, from);
  for (let count = most; count > 0; count--) {
    const last = tokens[from + count - 1];
    if (last.form.sort !== SORT.capital && !(last.style === 'small' && last.form.sort === SORT.word)) continue;
    const name = text.slice(first.start, last.end);
    if (name.length >= LEAST_LETTERS && isKnown(name)) return { from, to: from + count, end: last.end, isListed: true };
  }
  if (/^(?:Bad|Sankt)$/.test(first.text) && isNextTo(tokens, from + 1) && tokens[from + 1].isCapital)
    return { from, to: from + 2, end: tokens[from + 1].end, isListed: true };
  if (preposition === undefined || !BENDING.has(preposition)) return undefined;
  if (isBentTown(first.text)) return { from, to: from + 1, end: first.end, isListed: true };
  // "do Karlových Varů", "w Nowym Sączu".
  const second = tokens[from + 1];
  if (!BENT_ADJECTIVE.test(first.text) || !isNextTo(tokens, from + 1) || !second.isCapital) return undefined;
  return { from, to: from + 2, end: second.end, isListed: true };
}

/** "Bursa'da", "Ankarada": the town alone, without the ending. */
export function turkishTownAt({ text, start, isCapital }: Token, from: number): Town | undefined {
  if (!isCapital) return undefined;
  const bare = withoutTurkishCase(text);
  if (bare === undefined || bare.length < LEAST_LETTERS || !isTown(bare)) return undefined;
  return { from, to: from + 1, end: start + bare.length, isListed: true };
}

/** A name that no list has, of words with capitals that are nothing else. */
export function unknownTownAt(tokens: readonly Token[], from: number): Town | undefined {
  const first = tokens[from];
  if (first === undefined || !first.isCapital || first.style !== 'both' || first.text.length < LEAST_LETTERS + 1)
    return undefined;
  let to = from + 1;
  while (to < from + LEAST_LETTERS && isNextTo(tokens, to) && tokens[to].isCapital) to++;
  const { given, everyday } = standingOf(first.text);
  if (first.text === first.text.toUpperCase()) return undefined;
  if (given === '1' || everyday === '1' || isCountry(first.lower) || NO_TOWN.test(first.lower)) return undefined;
  return { from, to, end: tokens[to - 1].end, isListed: false };
}

const NO_TOWN =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|januar|februar|märz|mai|juni|juli|oktober|dezember|europe|europa|asia|africa|america|amerika|asien|afrika|room|flat|unit|apartment|zimmer|haus)$|(?:straße|strasse|straat|gatan|gata|vej|heim|haus|house|hospital|school)$/;

/** Whether a word is a person's by the lists, and so less of a town. */
export function isPersons(word: string): boolean {
  const { given, family, city } = standingOf(word);
  return given !== '0' || (family === '1' && city === '0');
}

export function isGiven(word: string): boolean {
  const { given, city } = standingOf(word);
  return given !== '0' && city === '0';
}

/** A word with a capital, or any in a line without them. */
function mayBegin({ form, style, text }: Token): boolean {
  if (form.sort === SORT.capital) return true;
  return form.sort === SORT.word && style === 'small' && text.length > LEAST_LETTERS;
}

function lengthOf(tokens: readonly Token[], from: number): number {
  let count = 1;
  for (; count < MOST_TOKENS && isNextTo(tokens, from + count); count++) {
    const { form, lower, text, style } = tokens[from + count];
    const isPart = form.sort === SORT.capital || LINKS.has(lower) || text === '.' || text === '-';
    if (!isPart && !(style === 'small' && form.sort === SORT.word)) break;
  }
  return count;
}

/** Whether a token stands behind another with a space or nothing between. */
export function isNextTo(tokens: readonly Token[], at: number): boolean {
  return at < tokens.length && tokens[at].text !== '\n' && tokens[at].start - tokens[at - 1].end <= 1;
}

function isKnown(name: string): boolean {
  const written = /^\p{Ll}/u.test(name)
    ? name.replaceAll(/(?<![\p{L}'’])\p{L}/gu, (letter) => letter.toUpperCase())
    : name;
  if (isTown(written)) return !isEverydayAlone(name, written);
  if (!written.startsWith('St. ')) return false;
  return (
    isTown(written.replace('St.', 'Sankt')) ||
    isTown(written.replace('St. ', 'Saint-')) ||
    isTown(written.replace('St.', 'St'))
  );
}

/** In small letters a word of everyday language is just that. */
function isEverydayAlone(name: string, written: string): boolean {
  if (name === written) return false;
  const { everyday, city } = standingOf(written);
  return everyday === '1' && city === '0';
}

const WORDS = String.raw`\p{Lu}[\p{L}'’-]+(?: (?:de |del |la |of |and )?\p{Lu}[\p{L}'’-]+){0,2}`;
const STATES =
  'Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Alberta|British Columbia|Manitoba|New Brunswick|Nova Scotia|Ontario|Quebec|Québec|Saskatchewan|New South Wales|Queensland|South Australia|Tasmania|Victoria|Western Australia';
const SIDES = [
  // "Arganda del Rey", "Jerez de la Frontera"
  String.raw` (?:del|de la|de los|de las|sur|sous|lès|nad|upon|aan den|aan de) \p{Lu}\p{L}+(?!\p{L})`,
  // "Bad Homburg v. d. Höhe", "Neumarkt i.d.OPf.", "Frankfurt (Oder)"
  String.raw` ?(?:a\. ?d\.|i\. ?d\.|v\. ?d\.|a\.|i\.|b\.|am|an der|ob der|vor der|im|in der) ?\p{Lu}\p{L}*\.?(?![\p{L}\d])`,
  String.raw`,? \((?:${WORDS}|[A-Z]{2}|\d{2,3})\)`,
  String.raw`,? (?:${STATES})(?!\p{L})(?:, USA)?|, (?:N\.?S\.?W|[A-Z]{2,3})(?![\p{L}.])`,
  String.raw`, (?:Co\.?|County|Provincia de|Prov\.(?: de)?|Pcia\. de|Estado de|Landkreis|Kreis|Kanton|okres|powiat|pow\.|gmina|gm\.|woj\.|provincia di|Distt?\.|District) ${WORDS}`,
  String.raw`(?: ?[/–] ?| - )(?:[A-Z]{2}(?![\p{L}\d])|\p{Lu}\p{Ll}{3,})`,
].map((source) => new RegExp(latin(source), 'y'));

/** Where a town's name ends with its river, its county or its state. */
export function withSurroundings(text: string, end: number): number {
  let at = end;
  for (const side of SIDES) {
    side.lastIndex = at;
    if (side.test(text)) at = side.lastIndex;
  }
  return at > end &&
    text[at - 1] === '.' &&
    /[.!?]\s|[.!?]$/.test(text.slice(at - 1, at + 1)) &&
    !/\.\S*\.$/.test(text.slice(end, at))
    ? at - 1
    : at;
}
