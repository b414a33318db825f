/** Names by a linear model over a word and its neighbours; tools/name-tagger trains it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import {
  eachSlotAround,
  isSmallCandidate,
  itemBefore,
  openingBefore,
  PARTICLE,
  slotsOfWord,
  standingOf,
  TABLE_SIZE,
} from './features.ts';
import { GERMAN, languageOf } from './language.ts';
import { THING, Things } from './things.ts';
import { tokensOf, type Token } from './tokens.ts';
import { unwrapped } from './wrapping.ts';

/** Weights are whole numbers of this. */
export const STEP = 1 / 24;
const MOST_PARTICLES = 3;
/** From which probability on a word is part of a name. */
export const PART = 0.3;
/** And from which on one that follows another directly is. */
const MORE = 0.07;
/** And that either a family name or no everyday word is: "Hunter Woods", "Mariana Vilhena". */
const MORE_LIKE_NAMES = 0.015;
/** Both for words in small letters, which are names far less often. */
const SMALL_PART = 0.5;
const SMALL_MORE = 0.3;
/** "frau wiesner": in small letters behind a form of address. */
const SMALL_TITLED = 0.1;
/** In small letters and in no list; words of everyday language, "i'm trying", hardly ever. */
const SMALL_UNLISTED = 0.85;
const SMALL_EVERYDAY = 0.97;

export interface TaggedName {
  start: number;
  end: number;
  words: number;
  /** In small letters behind a form of address. */
  isTitled: boolean;
  /** The mean of its words' probabilities. */
  probability: number;
}

let weights: Int8Array | undefined;

function load(): Int8Array {
  const path = fileURLToPath(new URL('../../../../assets/names/tagger.bin.br', import.meta.url));
  const bytes = brotliDecompressSync(readFileSync(path));
  return new Int8Array(bytes.buffer, bytes.byteOffset, TABLE_SIZE);
}

interface Reading {
  text: string;
  tokens: Token[];
  /** Of each token, 0 for what is asked of none. */
  probabilities: Float32Array;
  things: Things;
  language: number;
}

let last: Reading | undefined;

/** The probability of each word; two recognisers ask for the same text in turn. */
function read(text: string): Reading {
  if (last?.text === text) return last;
  const table = (weights ??= load());
  const tokens = tokensOf(unwrapped(text));
  const probabilities = new Float32Array(tokens.length);
  const language = languageOf(tokens);
  const things = new Things(tokens);
  const isNamed = new Uint8Array(tokens.length);
  let before = -1;
  for (const [at, token] of tokens.entries()) {
    if (!isCandidate(tokens, at, before) || token.form.isRole) continue;
    const isAfterName = before >= 0 && isJoined(tokens, before, at);
    const item = itemSign(itemBefore(tokens, at), (one) => isNamed[one] === 1);
    let sum = sumOfWord(table, token);
    eachSlotAround({ tokens, at, isAfterName, item, language, things }, (slot) => (sum += table[slot]));
    probabilities[at] = 1 / (1 + Math.exp(-sum * STEP));
    if (probabilities[at] < leastOf(tokens, at, before >= 0 && before === at - 1)) continue;
    before = at;
    isNamed[at] = 1;
  }
  raiseRepeated(tokens, probabilities);
  last = { text, tokens, probabilities, things, language };
  return last;
}

/** A word that is surely part of a name is likelier one where else it stands: odds times e to this. */
const REPEATED = 2;
const REPEATED_EVERYDAY = 1;
const SURELY = 0.8;
const LEAST_RAISED = 0.005;

function raiseRepeated(tokens: readonly Token[], probabilities: Float32Array): void {
  const sure = new Set<number>();
  for (const [at, { isCapital, form }] of tokens.entries())
    if (isCapital && probabilities[at] >= SURELY && form.text.length > 2) sure.add(form.hash);
  if (sure.size === 0) return;
  for (const [at, { isCapital, form }] of tokens.entries()) {
    const probability = probabilities[at];
    if (!isCapital || probability >= SURELY || probability < LEAST_RAISED || !sure.has(form.hash)) continue;
    const bonus = standingOf(form.text).everyday === '1' ? REPEATED_EVERYDAY : REPEATED;
    probabilities[at] = 1 / (1 + ((1 - probability) / probability) * Math.exp(-bonus));
  }
}

/** What a feature holds of the item before in a list: 0 for none, 1 for a name, 2 for something else. */
export function itemSign(item: number, isNamed: (at: number) => boolean): number {
  return item < 0 ? 0 : isNamed(item) ? 1 : 2;
}

/** Whether a word may be part of a name; `before` is the last that was taken for one, -1 for none. */
export function isCandidate(tokens: readonly Token[], at: number, before: number): boolean {
  const token = tokens[at];
  if (token.isCapital) return true;
  return isSmallCandidate(tokens, at, before >= 0 && before === at - 1) && !PARTICLE.test(token.lower);
}

/** Beside words in small letters: "UHID", "RN", "NOW". */
const ABBREVIATION = /^(?!JR$|SR$)\p{Lu}{2,5}$/u;
const ABBREVIATED = 0.9;

function isListed(word: string): boolean {
  const { given, family } = standingOf(word);
  return given === '1' || family === '1' || (word.length > 3 && (given !== '0' || family !== '0'));
}

function leastOf(tokens: readonly Token[], at: number, isNext: boolean): number {
  const { isCapital, text, style } = tokens[at];
  if (isCapital && style === 'both' && ABBREVIATION.test(text) && !isListed(text)) return ABBREVIATED;
  if (isCapital && !isNext) return PART;
  const { given, family, everyday } = standingOf(text);
  if (isCapital) return everyday === '0' || family !== '0' ? MORE_LIKE_NAMES : MORE;
  const opening = openingBefore(tokens, at);
  if (opening !== undefined && ADDRESS.has(opening)) return SMALL_TITLED;
  if (given === '0' && family !== '1') return everyday === '1' ? SMALL_EVERYDAY : SMALL_UNLISTED;
  if (given !== '1' && family !== '1') return style === 'small' ? SMALL_PART : SMALL_UNLISTED;
  return isNext ? SMALL_MORE : SMALL_PART;
}

/** Forms of address that are nothing else. */
const ADDRESS = new Set(
  'mr mrs ms miss dr prof herr herrn frau mme mlle monsieur madame señor señora sra srta signor signora sig dhr mevr mevrouw meneer mw pani pana panu panią senhor senhora seu fru fröken'.split(
    ' ',
  ),
);

/** The place of the first token that ends behind a position, by halving. */
function tokenBehind(tokens: readonly Token[], start: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].end > start) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The highest probability of a word of a stretch. */
export function highestIn(text: string, start: number, end: number): number {
  const { tokens, probabilities } = read(text);
  let highest = 0;
  for (let at = tokenBehind(tokens, start); at < tokens.length && tokens[at].start < end; at++)
    highest = Math.max(highest, probabilities[at]);
  return highest;
}

/** Whether a text is in the language whose nouns have capitals. */
export function isGerman(text: string): boolean {
  return read(text).language === GERMAN;
}

/** Whether lists have each word of a stretch as what a firm or another thing is called, or in a phrase that is one. */
export function isCalledThing(text: string, start: number, end: number): boolean {
  const { tokens, things } = read(text);
  let isCalled = false;
  for (let at = tokenBehind(tokens, start); at < tokens.length && tokens[at].start < end; at++) {
    if (!tokens[at].isCapital) continue;
    isCalled = (things.bits[at] & (THING.word | THING.phrase)) !== 0;
    if (!isCalled) return false;
  }
  return isCalled;
}

/** From which probability on a word shows that the unlikely ones beside it are none of the name. */
const LIKELY = 0.6;
const BESIDE = 0.1;

/** A stretch without the words at its ends that are unlikely beside likely ones: "Jäger Korbinian Raab". */
export function withoutUnlikely(text: string, start: number, end: number): { start: number; end: number } {
  const { tokens, probabilities } = read(text);
  const [from, to] = [tokenBehind(tokens, start), tokenBehind(tokens, end)];
  let [first, last] = [-1, -1];
  for (let at = from; at < to; at++) {
    if (probabilities[at] >= LIKELY && first < 0) first = at;
    if (probabilities[at] >= LIKELY) last = at;
  }
  if (first < 0) return { start, end };
  const isOf = (at: number): boolean => probabilities[at] >= BESIDE || tokens[at].text.length <= 2;
  // "Hunter Woods": a family name behind a given one stays.
  const isFamily = (at: number): boolean =>
    standingOf(tokens[at].text).family !== '0' && standingOf(tokens[at - 1].text).given !== '0';
  for (let at = first - 1; at >= from && (isOf(at) || PARTICLE.test(tokens[at].lower)); at--) if (isOf(at)) first = at;
  // "Eve Green": a given name right before a name is its beginning, whatever else the word means.
  if (first > from && standingOf(tokens[first - 1].text).given !== '0') first--;
  for (let at = last + 1; at < to && (isOf(at) || isFamily(at)); at++) last = at;
  return { start: Math.max(start, tokens[first].start), end: Math.min(end, tokens[last].end) };
}

/** Names in their order, each from its first to its last word. */
export function* namesOf(text: string): Generator<TaggedName> {
  const { tokens, probabilities } = read(text);
  let open: (TaggedName & { last: number }) | undefined;
  for (const [at, token] of tokens.entries()) {
    const probability = probabilities[at];
    if (!token.isCapital && probability === 0) continue;
    const least = leastOf(tokens, at, open?.last === at - 1);
    if (open !== undefined && (probability < least || !isJoined(tokens, open.last, at))) {
      yield open;
      open = undefined;
    }
    if (probability < least) continue;
    // A genitive's ending is no part of the name.
    const end = token.end - (/['’]s$/.exec(token.text)?.[0].length ?? 0);
    const words = (open?.words ?? 0) + 1;
    const mean: number = ((open?.probability ?? 0) * (words - 1) + probability) / words;
    const isTitled = open?.isTitled ?? least === SMALL_TITLED;
    open = { start: open?.start ?? token.start, end, words, isTitled, probability: mean, last: at };
  }
  if (open !== undefined) yield open;
}

/** Nothing but particles, and the stop of an initial, stand between two words of one name. */
export function isJoined(tokens: readonly Token[], from: number, to: number): boolean {
  let particles = 0;
  for (let at = from + 1; at < to; at++) {
    const { text, lower } = tokens[at];
    const isStop = text === '.' && at === from + 1 && tokens[from].text.length <= 2;
    if (!isStop && text !== "'" && text !== '’' && lower !== 't' && !PARTICLE.test(lower)) return false;
    if (!isStop) particles++;
  }
  return particles <= MOST_PARTICLES;
}

function sumOf(table: Int8Array, slots: readonly number[]): number {
  let sum = 0;
  for (const slot of slots) sum += table[slot];
  return sum;
}

/** The same words come again and again. */
function sumOfWord(table: Int8Array, token: Token): number {
  const written = token.isCapital ? (token.style === 'capitals' ? 0 : 1) : 2;
  return (token.form.sums[written] ??= sumOf(table, slotsOfWord(token)));
}
