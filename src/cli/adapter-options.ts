import { AttuneError } from '../base/errors.ts';

/** What the commands that make adapters of adapters ask for in the same way. */

export function missingFolder(command: string): AttuneError {
  return new AttuneError('E_USAGE', {
    what: `${command} needs --output-dir, a folder to write`,
    fix: `attune ${command} --output FOLDER`,
  });
}

/** Numbers with commas between them. @throws E_USAGE */
export function numbersOf(option: string, text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map(toNumber);
  if (numbers.every((value) => Number.isFinite(value))) return numbers;
  throw new AttuneError('E_USAGE', { what: `${option} is "${text}"`, expected: 'numbers with commas between them' });
}

/** @throws E_USAGE */
export function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = toNumber(text);
  if (Number.isFinite(value)) return value;
  throw new AttuneError('E_USAGE', { what: `${option} is "${text}"`, expected: 'a number' });
}

function toNumber(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}
