/** A cell as tabular systems read it: numbers stay numbers, in CSV files too. */
export type CellValue = string | number | boolean | null;

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
/** Postal codes and ids, which would lose zeros or digits as numbers. */
const CODE = /^[+-]?(0\d|\d{16,}$)/;

/** The number in a cell; undefined for anything else, including numeric codes. */
export function cellNumber(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  const text = typeof value === 'string' ? value.trim() : undefined;
  const number = text !== undefined && NUMBER.test(text) && !CODE.test(text) ? Number(text) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A cell's text; undefined if missing, null or blank. */
export function cellText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function cellValue(value: unknown): CellValue {
  if (typeof value === 'boolean') return value;
  return cellNumber(value) ?? cellText(value) ?? null;
}
