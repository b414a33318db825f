// Apart from what makes it: the types of the tokenizer core cannot be checked, and must not reach the public ones.

/** Ids with the places of their text: UTF-16 offsets into the string, `[starts[i], ends[i])`. */
export interface EncodedText {
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}
