import { TemplateLimitError } from './errors.ts';

/**
 * Cost limits of one rendering: templates are untrusted, and must not hang or exhaust memory. The limits grow with the
 * size of the input.
 */
export interface TemplateLimits {
  /** Maximum work in units; see `Budget`. */
  units: number;
  /** Maximum length of any text, including the output, in characters. */
  characters: number;
}

export const DEFAULT_LIMITS: TemplateLimits = { units: 1_500_000, characters: 1 << 23 };

/** Characters copied or searched per unit. */
const CHARACTERS = 16;
/**
 * Units granted per input character, for about a dozen passes over it, and per input value: some templates compare all
 * turns.
 */
const UNITS_OF_CHARACTER = 2;
const UNITS_OF_VALUE = 1000;
const CHARACTERS_OF_CHARACTER = 4;
/** Maximum nesting of macros, recursive loops and values. */
const DEPTH = 100;

/**
 * Counts the work of one rendering in units of about 50 ns and at most about 50 bytes: one for each expression, loop
 * iteration, and element created, visited or compared, and for every 16 characters copied or searched. Work is charged
 * before it is done, so that units bound both time and memory, equally on every machine. Concatenating two texts copies
 * nothing (V8 keeps them as a rope), so only its length is checked.
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

  /** Grants units for a value of the row. */
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

  /** Charges for a text that is copied or searched. */
  chargeText(length: number): void {
    this.charge(1 + length / CHARACTERS);
  }

  /** Rejects a text that would be too long before it is created. */
  checkLength(length: number): void {
    if (length <= this.#characters) return;
    throw new TemplateLimitError(`a text of more than ${this.#characters} characters`);
  }

  /** Runs a recursive step. */
  nested<T>(run: () => T): T {
    if (++this.#depth > DEPTH) throw new TemplateLimitError(`more than ${DEPTH} levels of calls or values`);
    try {
      return run();
    } finally {
      this.#depth--;
    }
  }
}
