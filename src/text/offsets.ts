import type { JsEncoding } from 'tokenizers';

/** Ids with the places of their text: UTF-16 offsets into the string, `[starts[i], ends[i])`. */
export interface EncodedText {
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * Turns offsets that count code points, as the tokenizer core gives them, into offsets of UTF-16 units, in place.
 * They need not be sorted.
 */
export function toUtf16Offsets(text: string, offsets: Int32Array): void {
  if (!SURROGATE.test(text)) return;
  const unitOf = new Int32Array(text.length + 1);
  let codePoint = 0;
  let unit = 0;
  for (const character of text) {
    unitOf[codePoint++] = unit;
    unit += character.length;
  }
  unitOf[codePoint] = unit;
  for (let i = 0; i < offsets.length; i++) offsets[i] = unitOf[offsets[i]];
}

/** What the core encoded, with its places in the text. */
export function withOffsets(text: string, encoding: JsEncoding): EncodedText {
  const pairs = encoding.getOffsets();
  const starts = Int32Array.from(pairs, ([start]) => start);
  const ends = Int32Array.from(pairs, ([, end]) => end);
  toUtf16Offsets(text, starts);
  toUtf16Offsets(text, ends);
  return { ids: Int32Array.from(encoding.getIds()), starts, ends };
}
