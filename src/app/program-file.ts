/** Configuration files that are programs. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttuneError, type ErrorCode } from '../base/errors.ts';

const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs']);

export function isProgram(file: string): boolean {
  return EXTENSIONS.has(extname(file).toLowerCase());
}

/** Imports the default export of a program. `codes` are for a file that cannot be loaded, and for one without a default export. */
export async function importDefault(
  file: string,
  { codes, expected }: { codes: { unreadable: ErrorCode; other: ErrorCode }; expected: string },
): Promise<unknown> {
  let value: unknown;
  try {
    provideOurs();
    const exported = (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
    value = await exported.default;
  } catch (error) {
    const got = firstLine(error instanceof Error ? error.message : String(error));
    throw new AttuneError(codes.unreadable, {
      what: `${file} cannot be loaded`,
      got,
      fix: fixOf(file, got),
      cause: error,
    });
  }
  if (value !== undefined) return value;
  throw new AttuneError(codes.other, { what: `${file} has no default export`, expected, fix: `write it: ${expected}` });
}

/** In a folder made by `npm init -y`, files are CommonJS, where `import` and `await` are syntax errors. */
function fixOf(file: string, got: string): string {
  if (/import statement outside a module|top-level await|Cannot use import|await is only valid/i.test(got))
    return `rename it to ${basename(file, extname(file))}.mts, or write "type": "module" into the package.json next to it`;
  return 'correct the error that the message describes';
}

let isProvided = false;

/** Lets programs import 'attune' from this clone unless they have an installed copy. */
function provideOurs(): void {
  if (isProvided) return;
  isProvided = true;
  const ours = new URL(`index${extname(new URL(import.meta.url).pathname)}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== 'attune' || !existsSync(new URL(ours))) throw error;
        return { url: ours, shortCircuit: true };
      }
    },
  });
}

/** The informative line of a parser's or loader's message. */
export function firstLine(text: string): string {
  return text
    .split('\n', 1)[0]
    .replace(/:$/, '')
    .replace(/ at line \d+, column \d+$/, '');
}
