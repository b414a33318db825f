import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, parse as parsePath, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { formatBytes } from '../../base/format.ts';
import { pushAll } from '../../base/many.ts';
import { findRunFolder } from '../find-runs.ts';
import { fieldsOf } from '../use-cases/schema.ts';
import type { UseCaseName } from '../use-cases/index.ts';
import type { UseCase } from '../use-cases/use-case.ts';
import type { Caller } from './scopes.ts';

/** Kinds of values that are neither paths nor URLs. */
const PLAIN = new Set(['TEXT', 'COLUMN', 'COLUMNS', 'LABEL', 'CLASS', 'SQL', 'PATTERN', 'REASON']);
const SETTINGS = /\.(?:ya?ml|json)$/i;
const PROGRAM = /\.[cm]?[jt]s$/i;
const MOST_SETTINGS_BYTES = 8 * 2 ** 20;
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]*/gi;

/** A use case with an input that has been read. */
export interface NamedCall {
  name: UseCaseName;
  useCase: UseCase;
  input: Readonly<Record<string, unknown>>;
}

/** The current folder and others, absolute and without symbolic links. */
export function ownFolders(others: readonly string[] = []): string[] {
  return [process.cwd(), ...others].map((folder) => realpathSync(folder));
}

/** One text of an input, or of a file of settings that it names. */
interface Given {
  field: string;
  text: string;
  file?: string;
}

/**
 * Requires every path in a call's input, and in the recipes and settings files that it names, to be inside the folders.
 * @returns the URLs that it names
 * @throws AttuneError E_OUTSIDE with all paths outside
 */
export async function confine(call: NamedCall, folders: readonly string[]): Promise<string[]> {
  const given = [...(await givenTexts(call))];
  requireWithin(given, folders);
  const all = given.flatMap(({ text }) => text.match(ADDRESS) ?? []);
  return [...new Set(all.filter((address) => !address.startsWith('file:')))];
}

/** Requires paths in a request with a key to be inside the caller's folders. @throws AttuneError E_OUTSIDE */
export function requireInside(given: readonly Pick<Given, 'field' | 'text'>[], { folders }: Caller): void {
  if (folders !== undefined) requireWithin(given, folders);
}

function requireWithin(given: readonly Given[], folders: readonly string[]): void {
  const problems = given.flatMap((one) => problemOf(one, folders));
  if (problems.length === 0) return;
  throw new AttuneError('E_OUTSIDE', {
    what: 'Access to some of these files is not allowed',
    expected: `files in ${folders.join(' or ')}`,
    problems,
    fix: 'copy them there, or ask the owner (`attune mcp --folder FOLDER` allows an agent another folder)',
  });
}

async function givenTexts({ useCase, input }: NamedCall): Promise<Given[]> {
  const all: Given[] = [];
  for (const { name, value } of fieldsOf(useCase)) {
    if (PLAIN.has(value ?? '')) continue;
    for (const text of textsIn(input[name])) {
      pushAll(all, [{ field: name, text }, ...settingsIn(text, name)]);
      // The name of a run may lead to a folder outside.
      const run = value === 'RUN' && !existsSync(text) ? await findRunFolder(text).catch(() => undefined) : undefined;
      if (run !== undefined) all.push({ field: name, text: run });
    }
  }
  return all;
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* textsIn(one);
}

/** Texts in a recipe or another settings file; files of rows are skipped. */
function settingsIn(path: string, field: string): Given[] {
  const status = SETTINGS.test(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (status?.isFile() !== true) return [];
  const isYaml = !/\.json$/i.test(path);
  if (status.size > MOST_SETTINGS_BYTES) {
    if (!isYaml) return [];
    throw new AttuneError('E_FILE_TOO_LARGE', {
      what: `${path} is too large for settings`,
      expected: `at most ${formatBytes(MOST_SETTINGS_BYTES)}`,
    });
  }
  try {
    const value: unknown = parse(readFileSync(path, 'utf8'), { logLevel: 'error' });
    if (Array.isArray(value)) return [];
    return [...textsIn(value)].map((text) => ({ field, text, file: path }));
  } catch {
    // The call itself reports the error.
    return [];
  }
}

function problemOf({ field, text, file }: Given, folders: readonly string[]): Problem[] {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  const problem = (message: string): Problem[] => [{ field, message, ...(file !== undefined && { file }) }];
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) && !text.startsWith('file:')) return [];
  // NAME=MODEL, and a system such as `run:FOLDER`.
  const parts = [text, ...text.split(/[=,]/), text.slice(text.indexOf(':') + 1)];
  if (parts.some((part) => PROGRAM.test(part) && isFileAt(part)))
    return problem(`${shown} is a program, which only its owner may run`);
  return parts.some((part) => isOutside(part.trim(), folders)) ? problem(`${shown} is outside`) : [];
}

function isFileAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isOutside(text: string, folders: readonly string[]): boolean {
  if (text === '' || text.length > 4096 || text.includes('\0')) return false;
  const path = text.startsWith('file:') ? fromUrl(text) : text.replace(/^~(?=$|[/\\])/, homedir());
  if (path === undefined) return true;
  // "/no_think" at the beginning of a system message is not a path.
  if (isAbsolute(path) && !mayExist(path)) return false;
  const real = realAncestor(resolve(path));
  return !folders.some((folder) => isWithin(real, folder));
}

function fromUrl(text: string): string | undefined {
  try {
    return fileURLToPath(text);
  } catch {
    return undefined;
  }
}

/** Whether an absolute path exists, or could be created in an existing folder. */
function mayExist(path: string): boolean {
  const root = parsePath(path).root;
  return existsSync(path) || nearestExisting(path) !== root || relative(root, path).split(sep).length > 1;
}

function nearestExisting(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

/** Resolves symbolic links in the existing part of a path. */
function realAncestor(path: string): string {
  const existing = nearestExisting(path);
  return resolve(realpathSync(existing), relative(existing, path));
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way.split(sep)[0] !== '..');
}
