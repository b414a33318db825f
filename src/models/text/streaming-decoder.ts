/** Parts of a tokenizer that streams use. */
export interface Decodes {
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
}

const UNFINISHED = '\ufffd';

/**
 * Decodes ids one by one. Text comes out as soon as it is certain: a character whose bytes are spread over several
 * tokens is held back until the last of them. The pieces joined, with `end()`, equal decoding all ids at once.
 */
export class StreamingDecoder {
  readonly #tokenizer: Decodes;
  readonly #skipSpecialTokens: boolean;
  // Ids that are already out but that the next ones' spelling may depend on, then the ids held back.
  #context: number[] = [];
  #held: number[] = [];

  /** `after`: ids of the text that goes on, where it does: a first space is dropped at the start of a text alone. */
  constructor(tokenizer: Decodes, options: { skipSpecialTokens?: boolean; after?: readonly number[] } = {}) {
    this.#tokenizer = tokenizer;
    this.#context = [...(options.after ?? [])];
    this.#skipSpecialTokens = options.skipSpecialTokens ?? true;
  }

  /** The text that became certain with this id; may be empty. */
  push(id: number): string {
    this.#held.push(id);
    const text = this.#heldText();
    // An id without text of its own stays too: the spelling of the next one may depend on it.
    if (text === '' || text.endsWith(UNFINISHED)) return '';
    this.#context = this.#held;
    this.#held = [];
    return text;
  }

  /** Text still held back after the last id. */
  end(): string {
    const text = this.#heldText();
    this.#context = [];
    this.#held = [];
    return text;
  }

  #heldText(): string {
    const before = this.#decode(this.#context);
    return this.#decode([...this.#context, ...this.#held]).slice(before.length);
  }

  #decode(ids: readonly number[]): string {
    return this.#tokenizer.decode(ids, { skipSpecialTokens: this.#skipSpecialTokens });
  }
}
