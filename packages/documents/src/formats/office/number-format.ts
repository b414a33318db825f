/** Detects number formats of sheets that show dates or times, and converts their values. */

/** Built-in formats of days and times (ECMA-376, 18.8.30, with those of East Asian languages). */
const BUILT_IN = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
for (let id = 27; id <= 36; id++) BUILT_IN.add(id);
for (let id = 50; id <= 58; id++) BUILT_IN.add(id);

/** Whether a format shows a date or a time: it has letters outside quoted text, colours and conditions. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return BUILT_IN.has(id);
  const [positive] = code.split(';');
  const bare = positive.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return /[dmyhs]/i.test(bare) && !/general/i.test(bare);
}

const SECONDS_PER_DAY = 86_400;

/**
 * A serial date as ISO 8601 without a time zone, which sheets do not store: a date, a date with time, or a time alone.
 * Days count from the end of 1899, with a nonexistent 29 February 1900, or from the beginning of 1904.
 */
export function dateOf(serial: number, uses1904: boolean): string {
  if (!Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return String(serial);
  const seconds = Math.round(serial * SECONDS_PER_DAY);
  if (seconds < SECONDS_PER_DAY) return new Date(seconds * 1000).toISOString().slice(11, 19);
  const epoch = uses1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const text = new Date(epoch + seconds * 1000).toISOString();
  return seconds % SECONDS_PER_DAY === 0 ? text.slice(0, 10) : text.slice(0, 19);
}
