/** Error for constraints that exceed the cost limits of a request. */
import { AttuneError } from '@attune/base/errors';

export function tooLarge(origin: string, got: string): AttuneError {
  return new AttuneError('E_CONSTRAINT_TOO_LARGE', {
    what: `${origin} is too large to compile`,
    got,
    fix: 'reduce counted repetitions, do not nest them, and list fewer alternatives',
  });
}
