import { AttuneError } from '../base/errors.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `90s`, `30m`, `2h` or `7d` in milliseconds. @throws AttuneError E_USAGE */
export function parseDuration(option: string, text: string): number {
  const { count = '', unit = '' } = /^(?<count>\d+(?:\.\d+)?)\s*(?<unit>[smhd])$/.exec(text.trim())?.groups ?? {};
  const milliseconds = Number(count) * (UNITS.get(unit) ?? 0);
  if (milliseconds > 0) return milliseconds;
  throw new AttuneError('E_USAGE', { what: `${option} is no time`, got: text, expected: 'such as 90s, 30m, 2h or 7d' });
}
