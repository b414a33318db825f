import {
  currencies,
  decimals,
  multipliers,
  multipliersEnding,
  numberWords,
  ones,
  onesEnding,
  signs,
  signsBefore,
  tens,
  tensEnding,
  zeros,
} from './number-words.ts';

const DIGITS = /^[0-9]+(\.[0-9]+)?$/;

/** A word with its neighbours. */
interface Place {
  word: string;
  before?: string;
  after?: string;
}

/**
 * Converts spelt-out numbers to digits, by the rules of Whisper's English normaliser (Radford et al., 2022, appendix
 * C): digits spoken one by one are concatenated, everything else is added up. A number in progress is an integer, or a
 * text if its digits are literal (`007`, `3.`).
 */
export class NumberReader {
  readonly #written: string[] = [];
  #value: bigint | string | undefined;
  #sign = '';
  #skips = false;

  /** Words → words, numbers among them as digits. */
  static read(words: readonly string[]): string[] {
    const reader = new NumberReader();
    for (const [i, word] of words.entries()) reader.#take({ word, before: words[i - 1], after: words[i + 1] });
    reader.#finish();
    return reader.#written;
  }

  #take(place: Place): void {
    if (this.#skips) {
      this.#skips = false;
      return;
    }
    const { word, before } = place;
    const sign = signs.has(word[0]) ? word[0] : '';
    const ending = onesEnding.get(word) ?? tensEnding.get(word);
    if (DIGITS.test(word.slice(sign.length))) this.#takeDigits(word, sign);
    else if (!numberWords.has(word)) this.#write(word);
    else if (zeros.has(word)) this.#value = `${this.#text}0`;
    else if (ones.has(word)) this.#value = this.#withOnes(ones.get(word)!, before);
    else if (tens.has(word)) this.#value = this.#withTens(tens.get(word)!);
    else if (multipliers.has(word)) this.#multiply(multipliers.get(word)!);
    else if (ending !== undefined) {
      const { value, suffix } = ending;
      this.#value = onesEnding.has(word) ? this.#withOnes(value, before) : this.#withTens(value);
      this.#finish(suffix);
    } else if (multipliersEnding.has(word)) {
      const { value, suffix } = multipliersEnding.get(word)!;
      this.#multiply(value);
      this.#finish(suffix);
    } else this.#takeSign(place);
  }

  /** Text of the number so far; a lone 0 does not count. */
  get #text(): string {
    return this.#value === undefined || this.#value === 0n ? '' : String(this.#value);
  }

  /** Writes the number so far, if there is one. */
  #finish(suffix = ''): void {
    if (this.#value === undefined) return;
    this.#written.push(`${this.#sign}${this.#value}${suffix}`);
    this.#value = undefined;
    this.#sign = '';
  }

  /** Writes a word unchanged, with the sign spoken before it. */
  #write(word: string): void {
    this.#finish();
    this.#written.push(this.#sign + word);
    this.#sign = '';
  }

  #takeDigits(word: string, sign: string): void {
    if (typeof this.#value === 'string' && this.#value.endsWith('.')) {
      this.#value += word;
      return;
    }
    this.#finish();
    const digits = word.slice(sign.length);
    if (sign !== '') this.#sign = sign;
    const [whole, part = ''] = digits.split('.');
    this.#value = /[1-9]/.test(part) ? digits : BigInt(whole);
  }

  /** Combines one to nineteen with the number so far and the preceding word. */
  #withOnes(value: bigint, before = ''): bigint | string {
    const so = this.#value;
    if (so === undefined) return value;
    if (typeof so === 'string' || ones.has(before)) {
      const fills = tens.has(before) && value < 10n; // the zero of "twenty"
      return (fills ? String(so).slice(0, -1) : String(so)) + value;
    }
    const room = value < 10n ? 10n : 100n;
    return so % room === 0n ? so + value : `${so}${value}`;
  }

  #withTens(value: bigint): bigint | string {
    const so = this.#value;
    if (so === undefined) return value;
    return typeof so === 'bigint' && so % 100n === 0n ? so + value : `${so}${value}`;
  }

  #multiply(by: bigint): void {
    const so = this.#value;
    if (so === undefined) this.#value = by;
    else if (typeof so === 'bigint' && so !== 0n) this.#value = (so / 1000n) * 1000n + (so % 1000n) * by;
    else {
      const product = productOf(String(so), by);
      if (product === undefined) this.#finish();
      this.#value = product ?? by;
    }
  }

  #takeSign(place: Place): void {
    const { word, after = '' } = place;
    const isNumberNext = numberWords.has(after) || DIGITS.test(after);
    if (signsBefore.has(word)) {
      this.#finish();
      if (isNumberNext) this.#sign = signsBefore.get(word)!;
      else this.#write(word);
    } else if (currencies.has(word)) {
      if (this.#value === undefined) this.#write(word);
      else {
        this.#sign = currencies.get(word)!;
        this.#finish();
      }
    } else if (word === 'percent' || word === 'per') this.#takePercent(place);
    else if (!isNumberNext) this.#write(word);
    else this.#takeJoint(place);
  }

  #takePercent({ word, after }: Place): void {
    const isPercent = word === 'percent' || after === 'cent';
    if (this.#value === undefined || !isPercent) return this.#write(word);
    this.#finish('%');
    this.#skips = word === 'per';
  }

  /** Words between numbers: drops `and` after a hundred; `double` and `triple` repeat a digit. */
  #takeJoint({ word, before = '', after = '' }: Place): void {
    if (word === 'point') {
      if (decimals.has(after) || DIGITS.test(after)) this.#value = `${this.#text}.`;
    } else if (word === 'and') {
      if (!multipliers.has(before)) this.#write(word);
    } else if (ones.has(after) || zeros.has(after)) {
      this.#value = this.#text + String(ones.get(after) ?? 0).repeat(word === 'double' ? 2 : 3);
      this.#skips = true;
    } else this.#write(word);
  }
}

/** `2.5` times a million; undefined if the text is not a number or the product is not whole. */
function productOf(text: string, by: bigint): bigint | undefined {
  const [, whole, part = ''] = /^([0-9]*)\.?([0-9]*)$/.exec(text) ?? [];
  if (whole === undefined || whole + part === '') return undefined;
  const scale = 10n ** BigInt(part.length);
  const product = BigInt(whole + part) * by;
  return product % scale === 0n ? product / scale : undefined;
}
