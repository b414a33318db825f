import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

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
