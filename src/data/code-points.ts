/** Number of code points in a text, which is how Python counts characters. */
export function codePointsIn(text: string): number {
  return Array.from(text).length;
}

/** UTF-16 offset of a code point; undefined beyond the end of the text. */
export function unitAt(text: string, codePoint: number): number | undefined {
  let unit = 0;
  for (let i = 0; i < codePoint; i++) {
    if (unit >= text.length) return undefined;
    unit += text.codePointAt(unit)! > 0xffff ? 2 : 1;
  }
  return unit;
}
