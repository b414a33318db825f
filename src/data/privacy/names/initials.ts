/** Initials on either side of a name: "J. R. Whitcombe", "Sørensen, K. A." */

const BEFORE = /(?<![\p{L}\p{N}.'’])(?:(?:\p{Lu}\p{Ll}?\.[ \u00a0]?-?){1,3}|[B-DF-HJ-NP-XZ]{1,2}[ \u00a0])$/u;
const BEHIND = /^,? (?:\p{Lu}\.[ -]?){1,3}(?<=\.)(?![ ]?\p{L})/u;
const REACH = 12;
/** "No. Smith" and "St. Anna" have no initial before them. */
const OTHER = /(?:No|Nr|St|Dr|Mr|Ms|Jr|Sr|Mt|Av|Al|Ul|Os|Pl)\.[ \u00a0]?$/;

export function withInitials(text: string, start: number, end: number): { start: number; end: number } {
  const before = BEFORE.exec(text.slice(Math.max(0, start - REACH), start))?.[0] ?? '';
  const behind = BEHIND.exec(text.slice(end, end + REACH))?.[0].trimEnd() ?? '';
  return { start: start - (OTHER.test(before) ? 0 : before.length), end: end + behind.length };
}
