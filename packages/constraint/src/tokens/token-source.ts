/** A tokenizer, as far as constraints need it. */
export interface TokenSource {
  /** One more than the largest id. */
  readonly size: number;
  /** Ids that end an answer. */
  readonly stopIds: readonly number[];
  /** Tokens outside the vocabulary proper, whose text is literal. */
  readonly addedTokens: readonly { id: number; content: string }[];
  /** `tokenizer`: the text of its tokenizer.json. */
  readonly files: { readonly tokenizer: string };
  /** The vocabulary's entry; null for an id that has none. */
  tokenOf(id: number): string | null;
  isSpecial(id: number): boolean;
  decode(ids: readonly number[]): string;
}
