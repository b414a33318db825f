import type { JsEncoding } from 'tokenizers';
import type { EncodedText } from './encoded-text.ts';

const SURROGATE = /[\ud800-\udfff]/;

/**
 * Converts offsets in code points, as the tokenizer library returns them, to UTF-16 units, in place. They need not be
 * sorted.
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

/** Adds each token's offsets in its own text to the library's encoding. */
export function withOffsets(
  { text, pair }: { text: string; pair?: string },
  encoding: JsEncoding,
): EncodedText & { ofPair?: Uint8Array } {
  const places = encoding.getOffsets();
  const starts = Int32Array.from(places, ([start]) => start);
  const ends = Int32Array.from(places, ([, end]) => end);
  const ids = Int32Array.from(encoding.getIds());
  if (pair === undefined) {
    for (const offsets of [starts, ends]) toUtf16Offsets(text, offsets);
    return { ids, starts, ends };
  }
  const ofPair = Uint8Array.from(encoding.getSequenceIds(), (sequence) => (sequence === 1 ? 1 : 0));
  // The second text's tokens are contiguous, and so are those of the first.
  const from = Math.max(0, ofPair.indexOf(1));
  const to = ofPair.lastIndexOf(1) + 1;
  for (const offsets of [starts, ends]) {
    toUtf16Offsets(text, offsets.subarray(0, from));
    toUtf16Offsets(pair, offsets.subarray(from, to));
  }
  return { ids, starts, ends, ofPair };
}
