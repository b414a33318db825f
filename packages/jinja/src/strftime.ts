import { table } from '@attune/base/table';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Python's strftime in the C locale on Linux, in local time. An unknown directive is printed unchanged. */
export function formatTime(date: Date, format: string): string {
  return format.replaceAll(/%([-_0^#]*)([a-zA-Z%])/g, (directive, flags: string, letter: string) => {
    const value = directives[letter]?.(date);
    return value === undefined ? directive : [...flags].reduce(withFlag, value);
  });
}

/** GNU flags: `-` for no padding, `_` and `0` for other padding, `^` and `#` for the case of letters. */
function withFlag(value: string, flag: string): string {
  if (flag === '-') return value.replace(/^[0 ]+(?=\d)/, '');
  if (flag === '_') return value.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
  if (flag === '0') return value.replace(/^ +(?=\d)/, (spaces) => '0'.repeat(spaces.length));
  return flag === '#' && value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase();
}

const directives: Record<string, (date: Date) => string> = table({
  a: (date) => weekdays[date.getDay()].slice(0, 3),
  A: (date) => weekdays[date.getDay()],
  b: (date) => months[date.getMonth()].slice(0, 3),
  B: (date) => months[date.getMonth()],
  c: (date) => formatTime(date, '%a %b %e %H:%M:%S %Y'),
  C: (date) => padded(Math.floor(date.getFullYear() / 100)),
  d: (date) => padded(date.getDate()),
  D: (date) => formatTime(date, '%m/%d/%y'),
  e: (date) => String(date.getDate()).padStart(2),
  f: (date) => padded(date.getMilliseconds() * 1000, 6),
  F: (date) => formatTime(date, '%Y-%m-%d'),
  g: (date) => padded(isoWeek(date).year % 100),
  G: (date) => String(isoWeek(date).year),
  h: (date) => formatTime(date, '%b'),
  H: (date) => padded(date.getHours()),
  I: (date) => padded(date.getHours() % 12 || 12),
  j: (date) => padded(dayOfYear(date), 3),
  k: (date) => String(date.getHours()).padStart(2),
  l: (date) => String(date.getHours() % 12 || 12).padStart(2),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => padded(date.getMinutes()),
  n: () => '\n',
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getHours() < 12 ? 'am' : 'pm'),
  r: (date) => formatTime(date, '%I:%M:%S %p'),
  R: (date) => formatTime(date, '%H:%M'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => padded(date.getSeconds()),
  t: () => '\t',
  T: (date) => formatTime(date, '%H:%M:%S'),
  u: (date) => String(date.getDay() || 7),
  U: (date) => padded(Math.floor((dayOfYear(date) + 6 - date.getDay()) / 7)),
  V: (date) => padded(isoWeek(date).week),
  w: (date) => String(date.getDay()),
  W: (date) => padded(Math.floor((dayOfYear(date) + 6 - ((date.getDay() + 6) % 7)) / 7)),
  x: (date) => formatTime(date, '%m/%d/%y'),
  X: (date) => formatTime(date, '%H:%M:%S'),
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  // Python's now() has no time zone.
  z: () => '',
  Z: () => '',
  '%': () => '%',
});

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function dayOfYear(date: Date): number {
  const first = Date.UTC(date.getFullYear(), 0, 1);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - first) / 86_400_000 + 1;
}

/** The week by ISO 8601, which belongs to the year of its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
  return { year: thursday.getFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}
