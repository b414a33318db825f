/** How many code points a text has, which is how Python counts characters. */
export function codePointsIn(text: string): number {
  return Array.from(text).length;
}

/** Where a code point begins, in UTF-16 units; undefined behind the text's end. */
export function unitAt(text: string, codePoint: number): number | undefined {
  let unit = 0;
  for (let i = 0; i < codePoint; i++) {
    if (unit >= text.length) return undefined;
    unit += text.codePointAt(unit)! > 0xffff ? 2 : 1;
  }
  return unit;
}
