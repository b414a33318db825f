/** Tags that stand for values, "[NAME_1]", apart from those that an earlier redaction left in the same texts. */
import { kinds, type Kind } from './kinds.ts';

const TAG = new RegExp(String.raw`\[(${kinds.map((kind) => kind.toUpperCase()).join('|')})_\d{1,9}\]`, 'g');

export class Tags {
  /** Tag → what it stands for. */
  readonly values = new Map<string, string>();
  readonly #tagOf = new Map<string, string>();
  readonly #numberOf = new Map<Kind, number>();
  /** Tags of an earlier redaction, which are never given to anything else. */
  readonly #earlier = new Set<string>();

  /** The one tag of a value. */
  of(value: string, kind: Kind): string {
    const known = this.#tagOf.get(`${kind}\n${value}`);
    if (known !== undefined) return known;
    let number = this.#numberOf.get(kind) ?? 0;
    let tag: string;
    do tag = `[${kind.toUpperCase()}_${++number}]`;
    while (this.#earlier.has(tag));
    this.#numberOf.set(kind, number);
    this.#tagOf.set(`${kind}\n${value}`, tag);
    this.values.set(tag, value);
    return tag;
  }

  /** Takes note of the tags that texts bring along, before others are given in them. */
  keep(text: string): void {
    if (!text.includes('[')) return;
    for (const tag of text.match(TAG) ?? []) if (!this.values.has(tag)) this.#earlier.add(tag);
  }

  /** An earlier tag that has been given to another value in a row before becomes a value itself, with a tag of its own. */
  renamed(text: string): string {
    if (!text.includes('[')) return text;
    return text.replaceAll(TAG, (tag: string, kind: string) =>
      this.#earlier.has(tag) ? tag : this.of(tag, kind.toLowerCase() as Kind),
    );
  }
}
