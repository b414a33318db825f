// Apart from what makes it: the types of the tokenizer core cannot be checked, and must not reach the public ones.

/** Ids with the places of their text: UTF-16 offsets into the string, `[starts[i], ends[i])`. */
export interface EncodedText {
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** One text, or two that are read together. */
export interface FramedInput {
  text: string;
  pair?: string;
}

/** Ids with the model's own special tokens around them. */
export interface FramedText {
  ids: Int32Array;
  /** BERT's segment ids. */
  typeIds: Int32Array;
}

/** Places are those of each token's own text; special tokens have empty ones. */
export interface PlacedText extends FramedText, EncodedText {
  /** 1 for tokens of the second text of a pair. */
  ofPair?: Uint8Array;
}
