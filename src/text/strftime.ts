import { table } from '../base/table.ts';

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

/** Python's strftime in the C locale, local time; a directive that it does not know stays as it is. */
export function formatTime(date: Date, format: string): string {
  return format.replaceAll(/%(-?)([a-zA-Z%])/g, (directive, unpadded: string, letter: string) => {
    const value = directives[letter]?.(date);
    if (value === undefined) return directive;
    return unpadded === '' ? value : value.replace(/^0+(?=\d)/, '');
  });
}

const directives: Record<string, (date: Date) => string> = table({
  a: (date) => weekdays[date.getDay()].slice(0, 3),
  A: (date) => weekdays[date.getDay()],
  b: (date) => months[date.getMonth()].slice(0, 3),
  B: (date) => months[date.getMonth()],
  d: (date) => padded(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2),
  F: (date) => formatTime(date, '%Y-%m-%d'),
  H: (date) => padded(date.getHours()),
  I: (date) => padded(date.getHours() % 12 || 12),
  j: (date) => padded(dayOfYear(date), 3),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => padded(date.getMinutes()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  S: (date) => padded(date.getSeconds()),
  T: (date) => formatTime(date, '%H:%M:%S'),
  w: (date) => String(date.getDay()),
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  '%': () => '%',
});

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function dayOfYear(date: Date): number {
  const first = Date.UTC(date.getFullYear(), 0, 1);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - first) / 86_400_000 + 1;
}
