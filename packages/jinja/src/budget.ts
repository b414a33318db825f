import { TemplateLimitError } from './errors.ts';

/**
 * Cost limits of one rendering: a template is untrusted, and must not hang or fill the memory. The size of its input
 * adds to both.
 */
export interface TemplateLimits {
  /** Units of work, see `Budget`. */
  units: number;
  /** Characters of any one text, the output included. */
  characters: number;
}

export const DEFAULT_LIMITS: TemplateLimits = { units: 1_500_000, characters: 1 << 23 };

/** Characters that are copied or searched for one unit. */
const CHARACTERS = 16;
/** Units per character of the row, for some dozen passes over it, and per value: some templates compare all turns. */
const UNITS_OF_CHARACTER = 2;
const UNITS_OF_VALUE = 1000;
const CHARACTERS_OF_CHARACTER = 4;
/** Macros, recursive loops and values may nest so deep. */
const DEPTH = 100;

/**
 * Counts the work of one rendering, in units of some 50 ns and at most some 50 bytes: one for an expression, a turn of
 * a loop, an element that is made, visited or compared, and for every 16 characters that are copied or searched. All
 * that a template can do is charged before it is done, in proportion to its work, so that units bound both time and
 * memory, the same on every machine. Joining two texts copies nothing (V8 keeps them as a tree), so only its length is
 * checked.
 */
export class Budget {
  #units: number;
  #characters: number;
  #left: number;
  #depth = 0;

  constructor({ units, characters }: TemplateLimits) {
    this.#units = units;
    this.#left = units;
    this.#characters = characters;
  }

  /** Adds what a value of the row deserves. */
  grant(characters: number): void {
    const units = UNITS_OF_VALUE + characters * UNITS_OF_CHARACTER;
    this.#units += units;
    this.#left += units;
    this.#characters += characters * CHARACTERS_OF_CHARACTER;
  }

  charge(units: number): void {
    this.#left -= units;
    if (!(this.#left >= 0)) throw new TemplateLimitError(`more than ${this.#units} units of work`);
  }

  /** Charges a text that is copied or searched. */
  chargeText(length: number): void {
    this.charge(1 + length / CHARACTERS);
  }

  /** Refuses a text too long before it is made. */
  checkLength(length: number): void {
    if (length <= this.#characters) return;
    throw new TemplateLimitError(`a text of more than ${this.#characters} characters`);
  }

  /** Runs what calls itself. */
  nested<T>(run: () => T): T {
    if (++this.#depth > DEPTH) throw new TemplateLimitError(`more than ${DEPTH} levels of calls or values`);
    try {
      return run();
    } finally {
      this.#depth--;
    }
  }
}
