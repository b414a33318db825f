/** The parts of a tokenizer that constraints need. */
export interface TokenSource {
  /** One more than the largest id. */
  readonly size: number;
  /** Ids that end an answer. */
  readonly stopIds: readonly number[];
  /** Tokens outside the vocabulary proper, whose text is literal. */
  readonly addedTokens: readonly { id: number; content: string }[];
  /** `tokenizer`: the text of its tokenizer.json. */
  readonly files: { readonly tokenizer: string };
  /** The vocabulary entry; null for an unused id. */
  tokenOf(id: number): string | null;
  isSpecial(id: number): boolean;
  decode(ids: readonly number[]): string;
}
