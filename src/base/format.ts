/** Numbers and times for people: in the terminal, in reports, in model cards. */

/** At most `digits` significant digits without trailing zeros; very large and small numbers as powers of ten. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15))
    return minus(value.toExponential(digits - 1).replace(/\.?0*e\+?/, 'e'));
  if (size >= 10 ** (digits - 1)) return formatCount(value);
  return minus(String(Number(value.toPrecision(digits))));
}

/** Rounded, with thousands separators: "12,345". */
export function formatCount(value: number): string {
  return minus(Math.round(value).toLocaleString('en-US'));
}

/** "+0.12", "−0.12", "0": a difference. */
export function formatSigned(value: number, digits = 3): string {
  return `${value > 0 ? '+' : ''}${formatNumber(value, digits)}`;
}

/** A share: "12.3 %". */
export function formatPercent(share: number, decimals = 1): string {
  return minus(`${(100 * share).toFixed(decimals)} %`);
}

/** "−4.3 to 12.5 %": an interval of a share. */
export function formatPercentRange(low: number, high: number, decimals = 1): string {
  return `${minus((100 * low).toFixed(decimals))} to ${formatPercent(high, decimals)}`;
}

/** "+12.3 %", "−12.3 %", "0.0 %": a difference of shares. */
export function formatSignedPercent(share: number, decimals = 1): string {
  return `${share > 0 ? '+' : ''}${formatPercent(share, decimals)}`;
}

/** A share and its interval: "12.3 % (10.1 % to 14.5 %)". */
export function formatEstimate({ estimate, low, high }: { estimate: number; low: number; high: number }): string {
  return `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)})`;
}

/** A value of a row as text: empty for a missing one, JSON for anything but a string. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** "1 row", "12,345 rows"; the unit is passed in the plural and may have words after it: "rows tokenised". */
export function plural(count: number, unit: string): string {
  return `${formatCount(count)} ${count === 1 ? singular(unit) : unit}`;
}

/** Makes the head noun singular: "frozen blocks", "rows of one group". */
function singular(unit: string): string {
  return unit.replace(/\b\w{2,}s\b/, (word) => {
    if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
    return /(?:ss|sh|ch|x)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1);
  });
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "512 B", "1.5 MiB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${formatNumber(bytes / 1024 ** power, 3)} ${BYTE_UNITS[power]}`;
}

/** "0.8 s", "12 s", "3 min 05 s", "2 h 10 min", "3 d 4 h". */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "21 s: training 11 s, evaluation 8.2 s". */
export function formatTimes({
  total,
  training,
  evaluation,
}: Record<'total' | 'training' | 'evaluation', number>): string {
  const parts = Object.entries({ training, evaluation }).filter(([, seconds]) => seconds > 0);
  const told = parts.map(([name, seconds]) => `${name} ${formatDuration(seconds)}`).join(', ');
  return told === '' ? formatDuration(total) : `${formatDuration(total)}: ${told}`;
}

/** "2025-01-31 09:05" in the machine's time zone. */
export function formatTime(at: number): string {
  const time = new Date(at);
  const parts = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes()];
  const [month, day, hour, minute] = parts.map((part) => String(part).padStart(2, '0'));
  return `${time.getFullYear()}-${month}-${day} ${hour}:${minute}`;
}

/** A typographic minus sign, aligned with the plus. */
function minus(text: string): string {
  return text.replace(/^-/, '−').replace('e-', 'e−');
}

/** An amount of money without its currency. */
export function formatPrice(amount: number): string {
  return amount < 0.01 ? '< 0.01' : amount.toFixed(2);
}
