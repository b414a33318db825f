/** Superscripts and subscripts in plain text, by Unicode characters where they exist. */

const PLAIN = '0123456789+-=()n';
const [RAISED, LOWERED] = ['⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ'];

/** "10³", "e^x", "e^(x+1)": as plain digits, 10³ would become 103. */
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
