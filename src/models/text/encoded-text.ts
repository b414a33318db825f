// A separate file, because types of the tokenizer library cannot be checked and must not leak into public ones.

/** Ids with UTF-16 offsets into the text, `[starts[i], ends[i])`. */
export interface EncodedText {
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** One text, or a pair encoded together. */
export interface FramedInput {
  text: string;
  pair?: string;
}

/** Ids including the model's special tokens. */
export interface FramedText {
  ids: Int32Array;
  /** BERT's segment ids. */
  typeIds: Int32Array;
}

/** Offsets refer to the text of each token's side; special tokens have empty ranges. */
export interface PlacedText extends FramedText, EncodedText {
  /** 1 for tokens of a pair's second text. */
  ofPair?: Uint8Array;
}
