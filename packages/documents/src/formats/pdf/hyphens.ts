/** Lines of a paragraph as running text, with words put together that were divided at the ends of lines. */

const DIVIDED = /(\p{L}[\p{L}\p{M}'’]*)[-\u00ad\u2010]$/u;
/** An address of the web that a line ends in the middle of. */
const OPEN_ADDRESS = /(?:https?:|https?:\/\/?\S*[/.:?&=_-]|www\.\S*[/.?&=_-])$/;
const CONTINUED = /^(\p{Ll}[\p{L}\p{M}'’]*)/u;

/** Knows the words of a whole document, which tell a division from a hyphen of the word's own. */
export class LineJoiner {
  readonly #words = new Set<string>();

  learn(text: string): void {
    for (const [word] of text.matchAll(/[\p{L}\p{M}]+(?:[-'’][\p{L}\p{M}]+)*/gu)) this.#words.add(word.toLowerCase());
  }

  join(text: string): string {
    return text
      .split('\n')
      .reduce((joined, line) => this.#joinTwo(joined, line))
      .replaceAll('\u00ad', '');
  }

  #joinTwo(before: string, line: string): string {
    if (OPEN_ADDRESS.test(before) && /^[\w/#?%~.-]/.test(line)) return before + line;
    const [, start] = DIVIDED.exec(before) ?? [];
    const [, end] = CONTINUED.exec(line) ?? [];
    if (start === undefined || end === undefined) return `${before} ${line}`;
    const [whole, hyphened] = [`${start}${end}`, `${start}-${end}`].map((word) => word.toLowerCase());
    const keepsHyphen = this.#words.has(hyphened) && !this.#words.has(whole);
    return keepsHyphen ? before.replace(/[\u00ad\u2010]$/, '-') + line : before.slice(0, -1) + line;
  }
}
