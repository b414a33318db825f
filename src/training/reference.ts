import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttuneError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { announceFirstRun } from './first-run.ts';

/** A user's function in a recipe, as `./file.ts#name`: the path is relative to the working directory. */
export interface Reference {
  file: string;
  name: string;
}

const form = /^(?<file>(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs))#(?<name>[A-Za-z_$][\w$]*)$/;

/** Undefined if the text is not a reference. */
export function parseReference(text: string): Reference | undefined {
  const groups = form.exec(text)?.groups;
  return groups === undefined ? undefined : { file: groups.file, name: groups.name };
}

/** SHA-256 over the file and the local files that it imports, so that a run's identity covers its functions. */
export function hashReference({ file }: Pick<Reference, 'file'>): string {
  const hash = createHash('sha256');
  const files = [resolve(file)];
  for (const path of files) {
    if (!isFile(path)) continue;
    const text = readFileSync(path, 'utf8');
    hash.update(`${Buffer.byteLength(text)}:${text}`);
    for (const local of localImports(path, text)) if (!files.includes(local)) files.push(local);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Relative module names in quotes. Those in comments are hashed too, which does no harm. */
function localImports(path: string, text: string): string[] {
  const names = text.matchAll(/(?:from|import)\s*\(?\s*['"](?<name>\.{1,2}\/[^'"]+)['"]/g);
  return [...names].map((match) => resolve(dirname(path), match.groups!.name)).toSorted();
}

export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Hashes of a recipe's references: text → hash. */
export type ReferenceHashes = Readonly<Record<string, string>>;

/** Requirements on the value of a reference. */
export interface ReferenceKind<Value> {
  /** For messages: `a function that takes a row`. */
  expected: string;
  accepts(value: unknown): value is Value;
}

/**
 * Imports a reference, if its code is unchanged since the recipe was resolved.
 * @throws E_REFERENCE_MISSING, E_REFERENCE_CHANGED, E_REFERENCE_FAILED, E_REFERENCE_TYPE
 */
export async function loadReference<Value>(
  text: string,
  hashes: ReferenceHashes,
  kind: ReferenceKind<Value>,
): Promise<Value> {
  const reference = parseReference(text);
  if (reference === undefined) throw new Error(`"${text}" is not a code reference`);
  const hash = checkHash(text, reference, hashes);
  announceFirstRun(text, hash);
  const module = await importFile(reference.file, hash);
  if (!Object.hasOwn(module, reference.name)) throw missingExport(text, reference, Object.keys(module));
  const value = module[reference.name];
  if (kind.accepts(value)) return value;
  throw new AttuneError('E_REFERENCE_TYPE', {
    what: `"${text}" exports a value of the wrong type`,
    got: Array.isArray(value) ? 'a list' : value === null ? 'null' : `a value of type ${typeof value}`,
    expected: kind.expected,
    fix: `export ${kind.expected} as ${reference.name}`,
  });
}

/** The current hash of a file, which must match the recipe's, if it has one. */
export function checkHash(text: string, { file }: Pick<Reference, 'file'>, hashes: ReferenceHashes): string {
  if (!isFile(file)) {
    throw new AttuneError('E_REFERENCE_MISSING', {
      what: `"${text}" does not point to a file`,
      got: resolve(file),
      fix: 'give the path relative to the folder where attune runs',
    });
  }
  const hash = hashReference({ file });
  if (!Object.hasOwn(hashes, text) || hashes[text] === hash) return hash;
  throw new AttuneError('E_REFERENCE_CHANGED', {
    what: `"${text}" has changed since this recipe was stored`,
    got: hash.slice(0, 19),
    expected: hashes[text].slice(0, 19),
    fix: 'restore it, or start a new run',
  });
}

/** The hash in the URL makes a process that loaded an earlier version import the edited file. */
async function importFile(file: string, hash: string): Promise<Record<string, unknown>> {
  try {
    return (await import(`${pathToFileURL(resolve(file)).href}?${hash}`)) as Record<string, unknown>;
  } catch (error) {
    throw new AttuneError('E_REFERENCE_FAILED', {
      what: `${file} cannot be loaded`,
      got: error instanceof Error ? error.message : String(error),
      expected: 'a TypeScript or JavaScript module; types are stripped, so enums and namespaces do not work',
      fix: `correct it; \`node ${file}\` shows the same error with its location`,
      cause: error,
    });
  }
}

function missingExport(text: string, { file, name }: Reference, exports: readonly string[]): AttuneError {
  const close = nearest(name, exports);
  return new AttuneError('E_REFERENCE_MISSING', {
    what: `"${text}": the file exports no ${name}`,
    got: exports.length === 0 ? 'no exports' : `exports ${exports.join(', ')}`,
    fix: close === undefined ? `write \`export const ${name} = …\` in ${file}` : `did you mean ${close}?`,
  });
}
