/** Error for invalid values of a constraint kind. */
import { AttuneError } from '@attune/base/errors';

export function unreadable(kind: string, value: unknown, expected: string): AttuneError {
  const got = (JSON.stringify(value) as string | undefined) ?? 'nothing';
  return new AttuneError('E_CONSTRAINT_INVALID', {
    what: `The constraint's ${kind} is invalid`,
    got: got.length > 200 ? `${got.slice(0, 200)}…` : got,
    expected,
    fix: `give ${expected}`,
  });
}
