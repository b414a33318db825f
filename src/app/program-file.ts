/** Files that say what is to be done as a program does. */
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttuneError, type ErrorCode } from '../base/errors.ts';

const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs']);

export function isProgram(file: string): boolean {
  return EXTENSIONS.has(extname(file).toLowerCase());
}

/** What a program exports as its default. `codes` name a file that cannot be loaded, and one without that export. */
export async function importDefault(
  file: string,
  { codes, expected }: { codes: { unreadable: ErrorCode; other: ErrorCode }; expected: string },
): Promise<unknown> {
  let value: unknown;
  try {
    const exported = (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
    value = await exported.default;
  } catch (error) {
    const got = firstLine(error instanceof Error ? error.message : String(error));
    const fix = `mend it: node ${file} says where`;
    throw new AttuneError(codes.unreadable, { what: `${file} cannot be loaded`, got, fix, cause: error });
  }
  if (value !== undefined) return value;
  throw new AttuneError(codes.other, { what: `${file} has no default export`, expected, fix: `write it: ${expected}` });
}

/** Of a parser's or a loader's message, what says what is wrong. */
export function firstLine(text: string): string {
  return text
    .split('\n', 1)[0]
    .replace(/:$/, '')
    .replace(/ at line \d+, column \d+$/, '');
}
