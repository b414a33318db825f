import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { temporaryFolder, temporaryName } from '../../files/temporary.ts';
import { PRIVATE_FILE } from '../../files/private.ts';
import { AttuneError } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { writeFailure } from '../../files/atomic.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { RecipeSource } from '../../methods/recipe/base-recipe.ts';
import { isRows, namesOfFile, withRowNames, writeRows, type Rows } from './rows.ts';

const SPLITS = ['train', 'validation', 'test'] as const;
/** Keys of a source in a recipe; an object with any other key is a row. */
const SOURCE_KEYS = new Set(['path', 'weight', 'format', 'columns', 'media_dir']);

/** Files with this process's rows in memory, and the names of the options that the rows were given as. */
const held = new Map<string, string>();
let folder: string | undefined;

/** Writes rows in memory to files that exist until this process ends, and returns the recipe with their paths. */
export async function holdRecipeRows(tree: unknown): Promise<unknown> {
  if (!isPlainObject(tree) || !isPlainObject(tree.data)) return tree;
  const data = { ...tree.data };
  for (const split of SPLITS) if (split in data) data[split] = await heldSpec(data[split], `data.${split}`);
  return { ...tree, data };
}

/** Whether a file contains rows that were given in memory. */
export function isHeld(path: string): boolean {
  return held.has(path);
}

async function heldSpec(spec: unknown, name: string): Promise<unknown> {
  if (Array.isArray(spec) && spec.length > 0 && areSources(spec)) {
    return Promise.all(spec.map((source, part) => heldSource(source, `${name}[${part}].rows`)));
  }
  return isRows(spec) ? hold(spec, name) : heldSource(spec, `${name}.rows`);
}

async function heldSource(source: unknown, name: string): Promise<unknown> {
  if (!isPlainObject(source) || !isRows(source.rows)) return source;
  const { rows, ...others } = source;
  return { ...(await hold(rows as Rows, name)), ...others };
}

/** Whether a list contains sources: one with a path suffices, even if other parts are invalid. */
function areSources(parts: readonly unknown[]): boolean {
  return parts.every(isSource) || parts.some((part) => typeof part === 'string');
}

/** Whether an object has a source's keys only. */
function isSource(part: unknown): boolean {
  if (!isPlainObject(part)) return false;
  const { rows, ...others } = part;
  const isPlaced = isRows(rows) || typeof part.path === 'string';
  return isPlaced && Object.keys(others).every((key) => SOURCE_KEYS.has(key));
}

/** Relative paths inside the rows start from the program's working directory. */
async function hold(rows: Rows, name: string): Promise<{ path: string; media_dir: string }> {
  folder ??= folderUntilExit();
  const path = await writeRows(rows, { name, folder });
  held.set(path, name);
  return { path, media_dir: '.' };
}

function folderUntilExit(): string {
  const made = temporaryFolder('rows');
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}

/**
 * A recipe whose rows in memory are copied into its run's folder, so that the run can be resumed and compared after
 * this process has ended.
 */
export class RecipeRows {
  readonly recipe: Recipe;
  readonly #copies: { from: string; to: string }[] = [];
  readonly #names = new Map<string, string>();
  #written: string[] = [];

  /** If `isKept` is false, the rows stay in temporary files. */
  constructor(recipe: Recipe, isKept = true) {
    const move = (source: RecipeSource): RecipeSource => {
      const name = held.get(source.path);
      if (name === undefined) return source;
      const path = isKept ? join(runPaths(recipe.output_dir).rows, basename(source.path)) : source.path;
      if (isKept) this.#copies.push({ from: source.path, to: resolve(path) });
      for (const file of [...namesOfFile(source.path), ...namesOfFile(path)]) this.#names.set(file, name);
      return { ...source, path };
    };
    const data = { ...recipe.data, train: recipe.data.train.map(move) };
    for (const split of ['validation', 'test'] as const) {
      const spec = data[split];
      if (typeof spec !== 'number') data[split] = spec.map(move);
    }
    this.recipe = this.#names.size === 0 ? recipe : { ...recipe, data };
  }

  /** @throws AttuneError E_NOT_WRITABLE, E_DISK_FULL */
  write(): void {
    for (const { from, to } of this.#copies) {
      if (existsSync(to)) continue;
      try {
        makeFolders(dirname(to));
        const temporary = temporaryName(to);
        copyFileSync(from, temporary);
        chmodSync(temporary, PRIVATE_FILE);
        renameSync(temporary, to);
      } catch (error) {
        throw writeFailure(to, error);
      }
      this.#written.push(to);
    }
  }

  /** Rephrases an error in the program's terms. If the folder turns out to be another run's, it keeps none of these rows. */
  failure(error: unknown): unknown {
    const isRefused = error instanceof AttuneError && ['E_RUN_EXISTS', 'E_RUN_LOCKED'].includes(error.code);
    if (isRefused) for (const path of this.#written) rmSync(path, { force: true });
    return withRowNames(error, this.#names);
  }
}
