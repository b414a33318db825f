/** Tags that stand for values, "[NAME_1]", apart from those that an earlier redaction left in the same texts. */
import { kinds, type Kind } from './kinds.ts';

const TAG = new RegExp(String.raw`\[(${kinds.map((kind) => kind.toUpperCase()).join('|')})_\d{1,9}\]`, 'g');

export class Tags {
  /** The number in the tag of each value, by kind and value: of millions of values nothing else is held. */
  readonly #numbers = new Map<string, number>();
  readonly #numberOf = new Map<Kind, number>();
  /** Tags of an earlier redaction, which are never given to anything else. */
  readonly #earlier = new Set<string>();

  /** Tag → what it stands for, put together when it is asked for. */
  get values(): Map<string, string> {
    const values = new Map<string, string>();
    for (const [key, number] of this.#numbers) {
      const end = key.indexOf('\n');
      values.set(tagOf(key.slice(0, end) as Kind, number), key.slice(end + 1));
    }
    return values;
  }

  /** The one tag of a value. */
  of(value: string, kind: Kind): string {
    const known = this.#numbers.get(`${kind}\n${value}`);
    if (known !== undefined) return tagOf(kind, known);
    let number = this.#numberOf.get(kind) ?? 0;
    let tag: string;
    do tag = tagOf(kind, ++number);
    while (this.#earlier.has(tag));
    this.#numberOf.set(kind, number);
    this.#numbers.set(ownCopy(`${kind}\n${value}`), number);
    return tag;
  }

  /** Takes note of the tags that texts bring along, before others are given in them. */
  keep(text: string): void {
    if (!text.includes('[')) return;
    for (const tag of text.match(TAG) ?? []) if (!this.#isGiven(tag)) this.#earlier.add(tag);
  }

  /** All numbers of a kind are given in their order, but for those that were there before. */
  #isGiven(tag: string): boolean {
    const at = tag.lastIndexOf('_');
    const kind = tag.slice(1, at).toLowerCase() as Kind;
    const number = Number(tag.slice(at + 1, -1));
    const isOurs = number > 0 && number <= (this.#numberOf.get(kind) ?? 0) && tag === tagOf(kind, number);
    return isOurs && !this.#earlier.has(tag);
  }

  /** An earlier tag that has been given to another value in a row before becomes a value itself, with a tag of its own. */
  renamed(text: string): string {
    if (!text.includes('[')) return text;
    return text.replaceAll(TAG, (tag: string, kind: string) =>
      this.#earlier.has(tag) ? tag : this.of(tag, kind.toLowerCase() as Kind),
    );
  }
}

function tagOf(kind: Kind, number: number): string {
  return `[${kind.toUpperCase()}_${number}]`;
}

/** A piece of a text keeps the whole text in memory; a copy does not. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
