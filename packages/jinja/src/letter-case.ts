/** Digraphs, whose title case is a letter of its own. */
const DIGRAPHS = ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'];

/** One character as Python begins a title with it: mostly upper case. */
export function titleLetter(letter: string): string {
  const digraph = DIGRAPHS.find((forms) => forms.includes(letter));
  if (digraph !== undefined) return digraph[1];
  const code = letter.codePointAt(0) ?? 0;
  // Georgian's capitals are for whole words only.
  if (code >= 0x10d0 && code <= 0x10ff) return letter;
  const upper = letter.toUpperCase();
  if (upper.length <= letter.length) return upper;
  return code >= 0x1f80 && code <= 0x1fff ? greekTitle(upper) : ligatureTitle(upper);
}

/** Greek vowels keep an iota under them, which upper case writes after them. */
function greekTitle(upper: string): string {
  if (!upper.endsWith('\u0399')) return upper;
  const spelt = `${upper.slice(0, -1)}\u0345`;
  const composed = spelt.normalize('NFC');
  return composed.length === 1 ? composed : spelt;
}

/** The first of the letters that a ligature stands for in upper case. */
function ligatureTitle(upper: string): string {
  const [first, ...rest] = upper;
  // ŉ begins with an apostrophe.
  return /\p{Cased}/u.test(first) ? first + rest.join('').toLowerCase() : upper;
}
