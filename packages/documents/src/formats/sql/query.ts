import type { NoteBook } from '../../outcome.ts';

/** Whether a query looks like a pure read; the connection enforces it. */
export function isReading(query: string): boolean {
  const bare = query
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/"(?:[^"]|"")*"/g, '""')
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[^]*?\*\//g, '')
    .trim()
    .replace(/;\s*$/, '');
  return /^(select|with|values|table)\b/i.test(bare) && !bare.includes(';');
}

/** Values of a row as JSON; binary columns are left out and noted. */
export function plainValues(row: Readonly<Record<string, unknown>>, notes: NoteBook): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).flatMap(([name, value]) => plainEntry(name, value, notes)));
}

function plainEntry(name: string, value: unknown, notes: NoteBook): [string, unknown][] {
  if (typeof value === 'bigint') return [[name, Number.isSafeInteger(Number(value)) ? Number(value) : String(value)]];
  if (value instanceof Date) return [[name, value.toISOString()]];
  if (!(value instanceof Uint8Array)) return [[name, value]];
  notes.add('binary columns, left out', name);
  return [];
}
