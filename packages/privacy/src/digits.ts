/**
 * Zeros of the decimal digits in common scripts: Arabic, Persian, Indic, Thai, Lao, Tibetan, Burmese, Khmer,
 * full-width.
 */
const NOUGHTS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
  0x1040, 0x17e0, 0x1810, 0xff10,
];
const OTHER = new RegExp(
  `[${NOUGHTS.map((nought) => `${String.fromCharCode(nought)}-${String.fromCharCode(nought + 9)}`).join('')}]`,
);
const OTHERS = new RegExp(OTHER.source, 'g');

/** The same text with the digits of any script as 0 to 9; all positions stay the same. */
export function withPlainDigits(text: string): string {
  if (!OTHER.test(text)) return text;
  return text.replaceAll(OTHERS, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - NOUGHTS.findLast((nought) => nought <= code)!);
  });
}
