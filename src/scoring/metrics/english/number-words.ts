/** English number words by their function. */
const DIGITS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = ['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const THOUSANDS = 'thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion';

type Numbers = ReadonlyMap<string, bigint>;

/** A word that ends its number: `twentieth`, `fives`. */
interface Ending {
  value: bigint;
  suffix: string;
}

export const zeros: ReadonlySet<string> = new Set(['o', 'oh', 'zero']);
/** One to nineteen. */
export const ones: Numbers = new Map([...DIGITS, ...TEENS, 'nineteen'].map((word, i) => [word, BigInt(i + 1)]));
export const tens: Numbers = new Map(TENS.map((word, i) => [word, BigInt(10 * (i + 2))]));
export const multipliers: Numbers = new Map([
  ['hundred', 100n],
  ...[...THOUSANDS.split(' '), 'decillion'].map((word, i): [string, bigint] => [word, 1000n ** BigInt(i + 1)]),
]);

/** `fives`, `fifth`; by the reference's rule nine gives "nineth", so "ninth" stays a word. */
export const onesEnding: ReadonlyMap<string, Ending> = new Map([
  ...[...ones].map(([word, value]): [string, Ending] => [
    word === 'six' ? 'sixes' : `${word}s`,
    { value, suffix: 's' },
  ]),
  ['zeroth', { value: 0n, suffix: 'th' }],
  ['first', { value: 1n, suffix: 'st' }],
  ['second', { value: 2n, suffix: 'nd' }],
  ['third', { value: 3n, suffix: 'rd' }],
  ['fifth', { value: 5n, suffix: 'th' }],
  ['twelfth', { value: 12n, suffix: 'th' }],
  ...[...ones]
    .filter(([, value]) => value > 3n && value !== 5n && value !== 12n)
    .map(([word, value]): [string, Ending] => [word + (word.endsWith('t') ? 'h' : 'th'), { value, suffix: 'th' }]),
]);
export const tensEnding: ReadonlyMap<string, Ending> = new Map(
  [...tens].flatMap(([word, value]): [string, Ending][] => [
    [word.replace('y', 'ies'), { value, suffix: 's' }],
    [word.replace('y', 'ieth'), { value, suffix: 'th' }],
  ]),
);
export const multipliersEnding: ReadonlyMap<string, Ending> = new Map(
  [...multipliers].flatMap(([word, value]): [string, Ending][] => [
    [`${word}s`, { value, suffix: 's' }],
    [`${word}th`, { value, suffix: 'th' }],
  ]),
);

export const signsBefore: ReadonlyMap<string, string> = new Map([
  ['minus', '-'],
  ['negative', '-'],
  ['plus', '+'],
  ['positive', '+'],
]);
export const currencies: ReadonlyMap<string, string> = new Map(
  Object.entries({ pound: '£', euro: '€', dollar: '$', cent: '¢' }).flatMap(([word, sign]): [string, string][] => [
    [word, sign],
    [`${word}s`, sign],
  ]),
);
/** Signs that may stand before digits. */
export const signs: ReadonlySet<string> = new Set([...signsBefore.values(), ...currencies.values()]);
const percents = new Set(['per', 'percent']);
const joints = new Set(['and', 'double', 'triple', 'point']);

/** Words that may follow `point`. */
export const decimals: ReadonlySet<string> = new Set([...ones.keys(), ...tens.keys(), ...zeros]);

const all = [zeros, ones, onesEnding, tens, tensEnding, multipliers, multipliersEnding, signsBefore, currencies];
/** Every word of this file. */
export const numberWords: ReadonlySet<string> = new Set([
  ...all.flatMap((words) => [...words.keys()]),
  ...percents,
  ...joints,
]);
