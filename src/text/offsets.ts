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
