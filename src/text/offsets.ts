import type { JsEncoding } from 'tokenizers';
import type { EncodedText } from './encoded-text.ts';

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
