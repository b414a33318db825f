/** Replaces words in a text, with the required changes to their neighbours. */
import { pushAll } from '../../base/many.ts';
import { articleFor, inCaseOf } from '../../base/articles.ts';
import type { Word } from './words.ts';

/** Replacement of a word throughout a row. */
export interface Change {
  from: string;
  to: string;
}

interface Edit {
  start: number;
  end: number;
  to: string;
}

/** Collects edits of a text, and in `changes` their effect on the row. */
export class TextEdits {
  readonly #edits: Edit[] = [];
  readonly #words: readonly Word[];
  readonly #changes: Change[];

  constructor(words: readonly Word[], changes: Change[]) {
    this.#words = words;
    this.#changes = changes;
  }

  /** Replaces the word at a place, keeping its capitalisation. */
  replace(at: number, to: string): void {
    const { start, end, text: from } = this.#words[at];
    const written = inCaseOf(from, to);
    if (written === from) return;
    pushAll(this.#edits, [...this.#article(at, written), { start, end, to: written }]);
    if (!this.#changes.some((one) => one.from === from && one.to === written))
      this.#changes.push({ from, to: written });
  }

  applyTo(text: string): string {
    let [result, from] = ['', 0];
    for (const { start, end, to } of this.#edits.toSorted((a, b) => a.start - b.start)) {
      result += text.slice(from, start) + to;
      from = end;
    }
    return result + text.slice(from);
  }

  /** Adjusts the article: "a nephew", but "an aunt". */
  #article(at: number, to: string): Edit[] {
    const before = this.#words[at - 1];
    if (before?.lower !== 'a' && before?.lower !== 'an') return [];
    const article = articleFor(to);
    if (article === before.lower) return [];
    return [{ start: before.start, end: before.end, to: inCaseOf(before.text, article) }];
  }
}
