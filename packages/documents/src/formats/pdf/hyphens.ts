/** Joins lines of a paragraph to running text, undoing end-of-line hyphenation. */

const DIVIDED = /(\p{L}[\p{L}\p{M}'’]*)[-\u00ad\u2010]$/u;
/** A web address that is broken at the end of a line. */
const OPEN_ADDRESS = /(?:https?:|https?:\/\/?\S*[/.:?&=_-]|www\.\S*[/.?&=_-])$/;
const CONTINUED = /^(\p{Ll}[\p{L}\p{M}'’]*)/u;

/** Collects the words of a document, which distinguish hyphenation from real hyphens. */
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
