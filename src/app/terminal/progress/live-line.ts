import { ERASE_LINE, RESET, visible } from '../control-characters.ts';
import type { Terminal } from '../terminal.ts';

/** Interval between updates on a terminal; more frequent ones would cost time and flicker. */
const UPDATE_MILLISECONDS = 100;
/** Interval between lines in a log file. */
const PLAIN_MILLISECONDS = 10_000;

/** A line that is rewritten in place on a terminal, and printed every ten seconds elsewhere. */
export class LiveLine {
  readonly #terminal: Terminal;
  #shown = '';
  #lastUpdate: number;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#lastUpdate = this.#start();
  }

  /** `text` may be skipped if another one follows soon; `isLast` is always shown. */
  update(text: string, isLast = false): void {
    const now = performance.now();
    const pause = this.#terminal.isTTY ? UPDATE_MILLISECONDS : PLAIN_MILLISECONDS;
    if (!isLast && now - this.#lastUpdate < pause) return;
    this.#lastUpdate = now;
    this.#write(text);
  }

  /** Prints a permanent line above the live one. */
  print(text: string): void {
    if (!this.#terminal.isTTY) return this.#terminal.line(text);
    this.#terminal.write(`${this.#erased()}${text}\n${this.#shown}`);
  }

  /** Removes the live line. */
  clear(): void {
    if (this.#terminal.isTTY) this.#terminal.write(this.#erased());
    this.#shown = '';
    this.#lastUpdate = this.#start();
  }

  /** Shows the first update immediately on a terminal; in a log file, phases shorter than the interval print none. */
  #start(): number {
    return this.#terminal.isTTY ? -Infinity : performance.now();
  }

  #write(text: string): void {
    if (!this.#terminal.isTTY) {
      if (text !== this.#shown) this.#terminal.line(text);
      this.#shown = text;
      return;
    }
    const line = cutToWidth(visible(text), this.#terminal.columns - 1);
    this.#terminal.write(`${this.#erased()}${line}`);
    this.#shown = line;
  }

  #erased(): string {
    return this.#shown === '' ? '' : ERASE_LINE;
  }
}

/** Cuts at a number of visible characters, so that the line never wraps; keeps colour sequences closed. */
export function cutToWidth(text: string, width: number): string {
  let count = 0;
  let index = 0;
  while (index < text.length) {
    const end = text.startsWith('\u001B[', index) ? text.indexOf('m', index) : -1;
    if (end !== -1) {
      index = end + 1;
      continue;
    }
    if (count === width) return `${text.slice(0, index)}${text.includes('\u001B[') ? RESET : ''}`;
    count++;
    index++;
  }
  return text;
}
