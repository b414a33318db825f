/** One line of a CSV file as RFC 4180 has it, or of one with tabs; lists and objects are written as JSON. */
export function csvLine(cells: readonly unknown[], separator: ',' | '\t' = ','): string {
  return `${cells.map((cell) => quoted(textOf(cell))).join(separator)}\n`;
}

function textOf(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell as string | number | boolean);
}

/** White space at either end is quoted too: many programs drop it. */
function quoted(text: string): string {
  return /[",\t\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}
