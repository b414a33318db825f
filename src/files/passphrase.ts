/** Checks that secrets chosen by users resist offline guessing. */
import { AttuneError } from '../base/errors.ts';
import { plural } from '../base/format.ts';

const LEAST_PASSPHRASE = 12;
const LEAST_KEY = 16;
/** "aaaaaaaaaaaa" is long but not strong. */
const LEAST_DIFFERENT = 5;

/** Checks the passphrase of a vault, which an attacker with the file can guess offline. @throws AttuneError E_PASSPHRASE_WEAK */
export function checkPassphrase(passphrase: string): void {
  if (isLong(passphrase, LEAST_PASSPHRASE)) return;
  throw new AttuneError('E_PASSPHRASE_WEAK', {
    what: 'The passphrase of the vault is too weak',
    got: described(passphrase),
    expected: `at least ${LEAST_PASSPHRASE} characters, for example four unrelated words`,
    fix: 'set ATTUNE_VAULT_PASSPHRASE to a longer one',
  });
}

/**
 * Checks the key of surrogates, which an attacker with a name and its surrogate can guess offline. @throws
 * AttuneError E_REDACTION_KEY_WEAK
 */
export function checkSurrogateKey(key: string, variable = 'ATTUNE_REDACTION_KEY'): void {
  if (isLong(key, LEAST_KEY)) return;
  throw new AttuneError('E_REDACTION_KEY_WEAK', {
    what: `The surrogate key in ${variable} is too weak`,
    got: key === '' ? 'nothing' : described(key),
    expected: `at least ${LEAST_KEY} random characters`,
    fix: `set ${variable} to the output of: openssl rand -hex 16`,
  });
}

function isLong(text: string, least: number): boolean {
  const characters = [...text];
  return characters.length >= least && new Set(characters).size >= LEAST_DIFFERENT;
}

function described(text: string): string {
  const characters = [...text];
  return `${plural(characters.length, 'characters')}, ${new Set(characters).size} of them different`;
}
