/** Superscripts and subscripts in plain text: by Unicode characters if they exist. */

const PLAIN = '0123456789+-=()n';
const [RAISED, LOWERED] = ['⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ'];

/** "10³", "e^x", "e^(x+1)": without it "103" would be another number. */
export function raised(text: string): string {
  return written(text, RAISED, '^');
}

/** "H₂O", "R_max". */
export function lowered(text: string): string {
  return written(text, LOWERED, '_');
}

function written(text: string, characters: string, mark: string): string {
  if (text === '') return '';
  const places = [...text.replaceAll('−', '-')].map((letter) => PLAIN.indexOf(letter));
  if (!places.includes(-1)) return places.map((at) => characters[at]).join('');
  return /^[\p{L}\d]+$/u.test(text) ? mark + text : `${mark}(${text})`;
}
