/**
 * One line of a CSV file as RFC 4180 has it, or of one with tabs; lists and objects are written as JSON. Texts that a
 * spreadsheet would compute have an apostrophe before them.
 */
export function csvLine(cells: readonly unknown[], separator: ',' | '\t' = ','): string {
  return `${cells.map((cell) => quoted(inert(textOf(cell)))).join(separator)}\n`;
}

/** Characters that begin formulas, fullwidth ones too (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Quotes formulas so that spreadsheets do not run them; numbers are not formulas. */
function inert(text: string): string {
  return FORMULA.test(text) && (text.trim() === '' || Number.isNaN(Number(text))) ? `'${text}` : text;
}

function textOf(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell as string | number | boolean);
}

/** White space at either end is quoted too: many programs drop it. */
function quoted(text: string): string {
  return /[",\t\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}
