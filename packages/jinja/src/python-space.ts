/** White space as in Python's str.isspace; JavaScript differs in U+001C to U+001F, U+0085 and U+FEFF. */
// oxlint-disable-next-line no-control-regex -- some of them are white space in Python
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether the character at an index of a text is white space. */
export function isSpace(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  if (code < 0x80) return code === 0x20 || (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x1f);
  return SPACE.test(text[place] ?? '');
}

export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text, start)) start++;
  return text.slice(start);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text, end - 1)) end--;
  return text.slice(0, end);
}
