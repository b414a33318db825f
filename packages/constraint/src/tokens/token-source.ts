/** What constraints ask of a tokenizer. */
export interface TokenSource {
  /** One more than the largest id. */
  readonly size: number;
  /** Ids that end an answer. */
  readonly stopIds: readonly number[];
  /** Tokens beside the vocabulary proper, which spell their text as it is. */
  readonly addedTokens: readonly { id: number; content: string }[];
  /** `tokenizer`: the text of its tokenizer.json. */
  readonly files: { readonly tokenizer: string };
  /** The vocabulary's entry; null for an id that has none. */
  tokenOf(id: number): string | null;
  isSpecial(id: number): boolean;
  decode(ids: readonly number[]): string;
}
