/** The part of a tokenizer that streaming needs. */
export interface Decodes {
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
}

const UNFINISHED = '\ufffd';

/**
 * Decodes ids one by one, returning text as soon as it is certain: characters that span several tokens are held back
 * until complete. All pieces joined, including `end()`, equal decoding all ids at once.
 */
export class StreamingDecoder {
  readonly #tokenizer: Decodes;
  readonly #skipSpecialTokens: boolean;
  // Ids already decoded that may affect how the next ones decode, then the ids held back.
  #context: number[] = [];
  #held: number[] = [];

  /** `after`: ids of the preceding text, if any: decoding drops a leading space only at the start of a text. */
  constructor(tokenizer: Decodes, options: { skipSpecialTokens?: boolean; after?: readonly number[] } = {}) {
    this.#tokenizer = tokenizer;
    this.#context = [...(options.after ?? [])];
    this.#skipSpecialTokens = options.skipSpecialTokens ?? true;
  }

  /** Returns the text that becomes certain with this id; may be empty. */
  push(id: number): string {
    this.#held.push(id);
    const text = this.#heldText();
    // Ids without text are kept as well: the next id's decoding may depend on them.
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
