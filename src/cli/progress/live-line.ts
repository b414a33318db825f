import type { Terminal } from '../terminal.ts';

/** A terminal takes a few updates a second; more would cost time and flicker. */
const UPDATE_MILLISECONDS = 100;
/** A log file takes one line now and then. */
const PLAIN_MILLISECONDS = 10_000;

/** One line that is rewritten in place on a terminal, and printed every ten seconds elsewhere. */
export class LiveLine {
  readonly #terminal: Terminal;
  #shown = '';
  #pending = '';
  #lastUpdate = -Infinity;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** `text` may be dropped where the next one comes soon; `isLast` is always shown. */
  update(text: string, isLast = false): void {
    const now = performance.now();
    const pause = this.#terminal.isTTY ? UPDATE_MILLISECONDS : PLAIN_MILLISECONDS;
    this.#pending = text;
    if (!isLast && now - this.#lastUpdate < pause) return;
    this.#lastUpdate = now;
    this.#write(text);
  }

  /** Prints a lasting line above the live one. */
  print(text: string): void {
    if (!this.#terminal.isTTY) return this.#terminal.line(text);
    this.#terminal.write(`${this.#erased()}${text}\n${this.#shown}`);
  }

  /** Takes the live line away, or leaves its last state where `keep` is true. */
  clear(keep = false): void {
    if (keep && this.#pending !== '') this.#write(this.#pending);
    if (this.#terminal.isTTY && this.#shown !== '') this.#terminal.write(keep ? '\n' : this.#erased());
    this.#shown = '';
    this.#pending = '';
    this.#lastUpdate = -Infinity;
  }

  #write(text: string): void {
    if (!this.#terminal.isTTY) {
      if (text !== this.#shown) this.#terminal.line(text);
      this.#shown = text;
      return;
    }
    const line = cutToWidth(text, this.#terminal.columns - 1);
    this.#terminal.write(`${this.#erased()}${line}`);
    this.#shown = line;
  }

  #erased(): string {
    return this.#shown === '' ? '' : '\r\u001B[2K';
  }
}

/** Cuts at a number of visible characters, so that the line never wraps; colours stay closed. */
export function cutToWidth(text: string, width: number): string {
  let visible = 0;
  let index = 0;
  while (index < text.length) {
    if (text.startsWith('\u001B[', index)) {
      index = text.indexOf('m', index) + 1;
      continue;
    }
    if (visible === width) return `${text.slice(0, index)}${text.includes('\u001B[') ? '\u001B[0m' : ''}`;
    visible++;
    index++;
  }
  return text;
}
