/** 31.12.2026: dotted dates are day first, which `Date.parse` does not support. */
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?=\D|$)/;

/** Sort key of a time: a number as it is, a date in milliseconds; undefined if it is not a time. */
export function timeIn(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const number = text === '' ? numberIn(value) : Number(text);
  if (Number.isFinite(number)) return number;
  const dated = text.replace(
    DOTTED,
    (_, day, month, year) => `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`,
  );
  const time = Date.parse(dated);
  return Number.isFinite(time) ? time : undefined;
}

function numberIn(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}
