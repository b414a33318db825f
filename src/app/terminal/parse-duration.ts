import { DURATION, millisecondsOf } from '../../base/duration.ts';
import { AttuneError } from '../../base/errors.ts';

/** Converts `90s`, `30m`, `2h` or `7d` to milliseconds. @throws AttuneError E_USAGE */
export function parseDuration(option: string, text: string): number {
  const given = text.trim();
  const milliseconds = DURATION.test(given) ? millisecondsOf(given) : 0;
  if (milliseconds > 0) return milliseconds;
  throw new AttuneError('E_USAGE', {
    what: `${option} is not a valid duration`,
    got: text,
    expected: 'such as 90s, 30m, 2h or 7d',
  });
}
