/** Values for the slots of the development sentences: `#` is a digit, `^` a capital, and a few words name a form. */

/** Draws of one seed (mulberry32), the same on every machine. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }

  signs(alphabet: string, count: number): string {
    return Array.from({ length: count }, () => alphabet[this.below(alphabet.length)]).join('');
  }
}

const CAPITALS = 'ABCDEFGHJKLMNPRSTUVWXYZ';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';
const MIXED = LETTERS + LETTERS.toUpperCase() + DIGITS;
const WORDS = 'harbour copper lantern velvet thunder meadow pickle saturn walrus ginger cobalt puffin'.split(' ');
const PASSWORDS: ((draws: Draws) => string)[] = [
  (draws) => `${draws.of(WORDS)}${draws.signs(DIGITS, 3)}!`,
  (draws) => draws.signs(`${MIXED}!$%&?+*`, 10),
  (draws) => `${draws.of(WORDS).replace(/^./, (letter) => letter.toUpperCase())}_${draws.signs(DIGITS, 4)}`,
  (draws) => `${draws.signs(LETTERS, 4)}-${draws.signs(DIGITS, 2)}-${draws.signs(CAPITALS, 3)}`,
];
const KEYS: ((draws: Draws) => string)[] = [
  (draws) => draws.signs(MIXED, 32),
  (draws) => draws.signs(HEX, 40),
  (draws) => `${draws.signs(LETTERS, 3)}_live_${draws.signs(MIXED, 24)}`,
  (draws) => `${draws.signs(`${MIXED}+/`, 38)}==`,
];

const FORMS: Record<string, (draws: Draws) => string> = {
  password: (draws) => draws.of(PASSWORDS)(draws),
  key: (draws) => draws.of(KEYS)(draws),
  hex: (draws) => draws.signs(HEX, 40),
  imei: (draws) => withLuhn(`35${draws.signs(DIGITS, 12)}`),
  mac: (draws) => Array.from({ length: 6 }, () => draws.signs(HEX, 2)).join(':'),
  uuid: (draws) => [8, 4, 4, 4, 12].map((count) => draws.signs(HEX, count)).join('-'),
  vin: (draws) =>
    `${draws.of(['WVW', 'WBA', 'VF1', 'ZFA', 'TMB', 'YV1', 'SAJ', 'KMH', 'JTD'])}ZZZ` +
    `${draws.signs(CAPITALS.replace(/[IOQ]/g, '') + DIGITS, 5)}${draws.signs(DIGITS, 6)}`,
  age: (draws) => String(90 + draws.below(16)),
  phone: (draws) => `+49 30 ${draws.signs('123456789', 7)}`,
  email: (draws) => `${draws.of(WORDS)}.${draws.signs(DIGITS, 2)}@example.org`,
};

function withLuhn(payload: string): string {
  let sum = 0;
  for (const [index, digit] of [...payload].entries()) {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${payload}${(10 - (sum % 10)) % 10}`;
}

/** A value of a named form, or of a pattern; other signs stay. */
export function valueOf(form: string, draws: Draws): string {
  const named = FORMS[form];
  if (named !== undefined) return named(draws);
  return form
    .replaceAll('word', () => draws.of(WORDS))
    .replaceAll(/[#^]/g, (sign) => (sign === '#' ? draws.signs(DIGITS, 1) : draws.signs(CAPITALS, 1)));
}
