/**
 * Tags such as "[NAME_1]" in place of values, kept apart from the tags that an earlier redaction left in the same
 * texts.
 */
import { NumberSet } from '@attune/base/number-set';
import { NumberedTexts, type NumberedTextsOptions } from '@attune/files/numbered-texts';
import { kinds, type Kind } from './kinds.ts';

const TAG = new RegExp(String.raw`\[(${kinds.map((kind) => kind.toUpperCase()).join('|')})_(\d{1,9})\]`, 'g');

export class Tags implements Disposable {
  /** Numbers by kind and value. */
  readonly #numbers: NumberedTexts;
  readonly #numberOf = new Map<Kind, number>();
  /** Numbers in tags of an earlier redaction, which are never assigned to another value. */
  readonly #earlier = new Map<Kind, NumberSet>();

  constructor(options?: NumberedTextsOptions) {
    this.#numbers = new NumberedTexts(options);
  }

  /** Values by tag, built on demand; only if all values stay in memory. */
  get values(): Map<string, string> {
    const values = new Map<string, string>();
    for (const [key, number] of this.#numbers.entries()) {
      const end = key.indexOf('\n');
      values.set(tagOf(key.slice(0, end) as Kind, number), key.slice(end + 1));
    }
    return values;
  }

  /** The tag of a value; the same for each occurrence. */
  of(value: string, kind: Kind): string {
    const key = `${kind}\n${value}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return tagOf(kind, known);
    const earlier = this.#earlier.get(kind);
    let number = this.#numberOf.get(kind) ?? 0;
    do number++;
    while (earlier?.has(number) === true);
    this.#numberOf.set(kind, number);
    this.#numbers.set(key, number);
    return tagOf(kind, number);
  }

  /** Records the tags already in the texts, before new ones are assigned in them. */
  keep(text: string): void {
    if (!text.includes('[')) return;
    for (const [tag, name, digits] of text.matchAll(TAG)) {
      const [kind, number] = [name.toLowerCase() as Kind, Number(digits)];
      if (!isOurForm(tag, kind, number)) continue;
      // The numbers of a kind are assigned in order, except those that were there before.
      if (number <= (this.#numberOf.get(kind) ?? 0)) continue;
      let earlier = this.#earlier.get(kind);
      if (earlier === undefined) this.#earlier.set(kind, (earlier = new NumberSet()));
      earlier.add(number);
    }
  }

  /** An earlier tag that was assigned to another value in an earlier row is treated as a value, and gets a new tag. */
  renamed(text: string): string {
    if (!text.includes('[')) return text;
    return text.replaceAll(TAG, (tag: string, name: string, digits: string) => {
      const [kind, number] = [name.toLowerCase() as Kind, Number(digits)];
      const stays = !isOurForm(tag, kind, number) || this.#earlier.get(kind)?.has(number) === true;
      return stays ? tag : this.of(tag, kind);
    });
  }

  [Symbol.dispose](): void {
    this.#numbers[Symbol.dispose]();
  }
}

/** Tags that are never issued, such as "[NAME_007]", are ordinary text. */
function isOurForm(tag: string, kind: Kind, number: number): boolean {
  return number > 0 && tag === tagOf(kind, number);
}

function tagOf(kind: Kind, number: number): string {
  return `[${kind.toUpperCase()}_${number}]`;
}
