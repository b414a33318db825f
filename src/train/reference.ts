import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttuneError } from '../base/errors.ts';

/** A function of the user's in a recipe, as `./file.ts#name`: a path from the folder where the command runs. */
export interface Reference {
  file: string;
  name: string;
}

const form = /^(?<file>(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs))#(?<name>[A-Za-z_$][\w$]*)$/;

/** Undefined where the text is no reference. */
export function parseReference(text: string): Reference | undefined {
  const groups = form.exec(text)?.groups;
  return groups === undefined ? undefined : { file: groups.file, name: groups.name };
}

/** SHA-256 over the file and the local files that it imports, so that a run's identity covers its functions. */
export function hashReference({ file }: Reference): string {
  const hash = createHash('sha256');
  const files = [resolve(file)];
  for (const path of files) {
    if (!existsSync(path) || !statSync(path).isFile()) continue;
    const text = readFileSync(path, 'utf8');
    hash.update(`${Buffer.byteLength(text)}:${text}`);
    for (const local of localImports(path, text)) if (!files.includes(local)) files.push(local);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Relative module names in quotes. One in a comment is hashed too, which does no harm. */
function localImports(path: string, text: string): string[] {
  const names = text.matchAll(/(?:from|import)\s*\(?\s*['"](?<name>\.{1,2}\/[^'"]+)['"]/g);
  return [...names].map((match) => resolve(dirname(path), match.groups!.name)).toSorted();
}

/** Imports the function; E_REFERENCE where the file or the export is missing or is no function. */
export async function loadReference(reference: Reference): Promise<(...values: never[]) => unknown> {
  const { file, name } = reference;
  const exported = await importFile(file);
  const value = exported[name];
  if (typeof value === 'function') return value as (...values: never[]) => unknown;
  throw new AttuneError('E_REFERENCE', {
    what: `${file} exports no function ${name}`,
    got: Object.keys(exported).join(', ') || 'no exports',
    fix: `export it: export function ${name}(…) { … }`,
  });
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new AttuneError('E_REFERENCE', { what: `Cannot load ${file}`, got: (error as Error).message, cause: error });
  }
}
