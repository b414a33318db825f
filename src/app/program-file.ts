/** Files that say what is to be done as a program does. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, extname, resolve } from 'node:path';
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

/** A file of `npm init -y` is taken for CommonJS, where `import` and `await` are no words. */
function fixOf(file: string, got: string): string {
  if (/import statement outside a module|top-level await|Cannot use import|await is only valid/i.test(got))
    return `call it ${basename(file, extname(file))}.mts, or write "type": "module" into the package.json next to it`;
  return 'mend it: the message says what is wrong';
}

let isProvided = false;

/** A clone's own command gives programs its own 'attune' where none is installed beside them. */
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

/** Of a parser's or a loader's message, what says what is wrong. */
export function firstLine(text: string): string {
  return text
    .split('\n', 1)[0]
    .replace(/:$/, '')
    .replace(/ at line \d+, column \d+$/, '');
}
