/** Addresses by a small network over tokens; tools/address-tagger trains it on invented ones of all countries. */
import { SORT, type Token } from '../names/tokens.ts';
import { placeOf, PLACES, rowsOf } from './features.ts';
import { gateOf, LAYERS, projectionOf, scoresOf, TAGS, weights, WIDTH } from './network.ts';
import { addressTokens } from './tokens.ts';

export interface TaggedAddress {
  start: number;
  end: number;
  /** The mean of its tokens' probabilities of being part of an address. */
  probability: number;
}

/** From which probability on a token is part of an address, and beside one that is. */
const PART = 0.5;
const MORE = 0.4;
/** From which on one that follows another begins the next address. */
const NEXT = 0.6;

/** Stretches of text that may hold an address, and what the network finds in them. */
export function* addressesOf(text: string): Generator<TaggedAddress> {
  const tokens = addressTokens(text);
  for (const { from, to } of zonesOf(tokens)) yield* found(tokens, from, to);
}

/** Tokens around what an address has: only there the network is asked. */
const AROUND = 12;

/** Tokens, the last not included. */
interface Zone {
  from: number;
  to: number;
}

/** The logarithm of the odds from which on the first layer lets the others look. */
const GATE = 0.5;
const SIDE = (LAYERS[0].taps - 1) / 2;

function zonesOf(tokens: readonly Token[]): Zone[] {
  const zones: Zone[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!isTrigger(tokens[at]) || isOtherNumber(tokens, at)) continue;
    const last = zones.at(-1);
    if (last !== undefined && at + AROUND / 2 < last.to) continue;
    if (gateOf(firstLayer(tokens, { from: at, to: at + 1 }), weights()) < GATE) continue;
    const [from, to] = [Math.max(0, at - AROUND), Math.min(tokens.length, at + AROUND + 1)];
    if (last !== undefined && from <= last.to) last.to = to;
    else zones.push({ from, to });
  }
  return zones;
}

/** Numbers, and words that say that somebody lives somewhere. */
export function isTrigger({ form: { sort, placeKind } }: Token): boolean {
  return sort === SORT.number || placeKind === CUE || placeKind === FROM;
}

const LONGEST_NUMBER = 7;

/** A later part of a date, a time, a version or a mail's address, one of several long numbers in a row, or too long. */
function isOtherNumber(tokens: readonly Token[], at: number): boolean {
  const { text, start, form } = tokens[at];
  if (form.sort !== SORT.number) return false;
  if (text.length > LONGEST_NUMBER || tokens[at + 1]?.text === '@') return true;
  if (text.length > 3 && (isLongNumber(tokens, at - 1) || isLongNumber(tokens, at + 1))) return true;
  if (at < 2 || tokens[at - 1].end !== start) return false;
  const sign = tokens[at - 1].text;
  return (sign === '.' || sign === ':') && tokens[at - 2].form.sort === SORT.number && tokens[at - 2].end === start - 1;
}

/** Groups of four digits: of cards, phones and accounts. A hyphen may stand between. */
function isLongNumber(tokens: readonly Token[], at: number): boolean {
  const one = tokens[at];
  return one !== undefined && one.form.sort === SORT.number && one.text.length > 3;
}

/** As word-kinds.ts has them. */
const [CUE, FROM] = Array.from('cf', (letter) => letter.charCodeAt(0));

function* found(tokens: readonly Token[], from: number, to: number): Generator<TaggedAddress> {
  const scores = scoresOf(firstLayer(tokens, { from, to }), weights());
  const part = new Float32Array(to - from);
  const first = new Float32Array(to - from);
  for (let at = 0; at < to - from; at++) {
    const [none, begin, further] = [0, 1, 2].map((tag) => Math.exp(scores[at * TAGS + tag]));
    part[at] = 1 - none / (none + begin + further);
    first[at] = begin / (none + begin + further);
  }
  for (let at = 0; at < part.length; at++) {
    if (part[at] < PART) continue;
    let [start, end] = [at, at + 1];
    while (start > 0 && part[start - 1] >= MORE && first[start] < NEXT) start--;
    while (end < part.length && part[end] >= MORE && first[end] < NEXT) end++;
    at = end - 1;
    const one = addressOf(tokens, { from: from + start, to: from + end }, part.subarray(start, end));
    if (one !== undefined) yield one;
  }
}

/** Without marks and stray words at its ends; none where nothing else is left. */
function addressOf(tokens: readonly Token[], { from, to }: Zone, part: Float32Array): TaggedAddress | undefined {
  let [first, last] = [from, to - 1];
  const isOf = (at: number): boolean => isWord(tokens[at]) && (part[at - from] >= SURE || !isStray(tokens[at]));
  while (first <= last && !isOf(first)) first++;
  while (last > first && !isOf(last)) last--;
  if (first > last) return undefined;
  const sum = part.reduce((total, one) => total + one, 0);
  return { start: tokens[first].start, end: tokens[last].end, probability: sum / part.length };
}

/** From which probability on a word of any sort may stand at an end. */
const SURE = 0.85;

/** A word in small letters that says nothing of addresses, or that announces one. */
function isStray({ text, lower, form, style }: Token): boolean {
  if (text !== lower || style !== 'both' || form.sort === SORT.number) return false;
  const { placeKind } = form;
  return placeKind === 0 || placeKind === CUE || placeKind === FROM;
}

function isWord({ text, form }: Token): boolean {
  return (
    form.sort === SORT.capital || form.sort === SORT.word || form.sort === SORT.number || text === '#' || text === '½'
  );
}

/** Values [to - from, WIDTH] of the first layer. */
function firstLayer(tokens: readonly Token[], { from, to }: Zone): Float64Array {
  const { bias } = weights().layers[0];
  const values = new Float64Array((to - from) * WIDTH);
  for (let at = from; at < to; at++) values.set(bias, (at - from) * WIDTH);
  for (let at = Math.max(0, from - SIDE); at < Math.min(tokens.length, to + SIDE); at++) {
    const own = projectionOfToken(tokens[at]);
    const place = projectionsOfPlaces()[placeOf(tokens[at], tokens[at - 1])];
    for (let tap = 0; tap < LAYERS[0].taps; tap++) {
      const target = at - tap + SIDE;
      if (target < from || target >= to) continue;
      const [row, column] = [(target - from) * WIDTH, tap * WIDTH];
      for (let unit = 0; unit < WIDTH; unit++) values[row + unit] += own[column + unit] + place[column + unit];
    }
  }
  for (let index = 0; index < values.length; index++) if (values[index] < 0) values[index] = 0;
  return values;
}

let ofPlaces: Float32Array[] | undefined;

function projectionsOfPlaces(): Float32Array[] {
  ofPlaces ??= Array.from({ length: PLACES }, (_, place) =>
    projectionOf(Float64Array.from(weights().places.subarray(place * WIDTH, (place + 1) * WIDTH)), weights()),
  );
  return ofPlaces;
}

const MOST_KNOWN = 10_000;
const LONGEST_KNOWN = 40;
const known = new Map<string, Float32Array>();

/** The same words come again and again. */
function projectionOfToken(token: Token): Float32Array {
  // The form's own string holds nothing of the text that it was read in.
  const { text } = token.form;
  const before = known.get(text);
  if (before !== undefined) return before;
  const { table, step } = weights();
  const vector = new Float64Array(WIDTH);
  for (const row of rowsOf(token)) for (let unit = 0; unit < WIDTH; unit++) vector[unit] += table[row * WIDTH + unit];
  for (let unit = 0; unit < WIDTH; unit++) vector[unit] *= step;
  const projection = projectionOf(vector, weights());
  if (text.length > LONGEST_KNOWN) return projection;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, projection);
  return projection;
}
