/** Digraphs, whose title case is a separate letter. */
const DIGRAPHS = ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'];

/** Title case of a character in Python: usually its upper case. */
export function titleLetter(letter: string): string {
  const digraph = DIGRAPHS.find((forms) => forms.includes(letter));
  if (digraph !== undefined) return digraph[1];
  const code = letter.codePointAt(0) ?? 0;
  // Georgian capitals are only used for whole words.
  if (code >= 0x10d0 && code <= 0x10ff) return letter;
  const upper = letter.toUpperCase();
  if (upper.length <= letter.length) return upper;
  return code >= 0x1f80 && code <= 0x1fff ? greekTitle(upper) : ligatureTitle(upper);
}

/** Greek vowels keep their iota subscript, which upper case writes after them. */
function greekTitle(upper: string): string {
  if (!upper.endsWith('\u0399')) return upper;
  const spelt = `${upper.slice(0, -1)}\u0345`;
  const composed = spelt.normalize('NFC');
  return composed.length === 1 ? composed : spelt;
}

/** Title case of a ligature: the first of its letters in upper case. */
function ligatureTitle(upper: string): string {
  const [first, ...rest] = upper;
  // ŉ begins with an apostrophe.
  return /\p{Cased}/u.test(first) ? first + rest.join('').toLowerCase() : upper;
}
