/**
 * One line of a CSV file (RFC 4180) or of a tab-separated one; lists and objects are written as JSON. Texts that a
 * spreadsheet would evaluate get a leading apostrophe.
 */
export function csvLine(cells: readonly unknown[], separator: ',' | '\t' = ','): string {
  return `${cells.map((cell) => quoted(inert(textOf(cell)))).join(separator)}\n`;
}

/** Characters that start formulas, including fullwidth ones (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Escapes formulas so that spreadsheets do not evaluate them; numbers are left alone. */
function inert(text: string): string {
  return FORMULA.test(text) && (text.trim() === '' || Number.isNaN(Number(text))) ? `'${text}` : text;
}

function textOf(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell as string | number | boolean);
}

/** Values with leading or trailing white space are quoted: many programs trim it. */
function quoted(text: string): string {
  return /[",\t\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}
