import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Document, LineCounter, Node } from 'yaml';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { firstLine, importDefault, isProgram } from '../program-file.ts';
import { noOrigin, type RecipeOrigin, type TreePath } from './origin.ts';

export interface ReadRecipe {
  tree: unknown;
  origin: RecipeOrigin;
}

const texts = new Set(['.yaml', '.yml', '.json']);

/** Reads a recipe file: YAML or JSON with line numbers, or a program whose default export is a recipe. */
export async function readRecipeFile(file: string): Promise<ReadRecipe> {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new AttuneError('E_RECIPE_MISSING', {
      what: `There is no recipe ${file}`,
      fix: 'check the path, or write one with: attune init FILE',
    });
  }
  const extension = extname(file).toLowerCase();
  if (isProgram(file)) return readProgram(file);
  if (texts.has(extension)) return readText(file);
  throw new AttuneError('E_RECIPE_FORMAT', {
    what: `${file} is not a recipe`,
    expected: 'a file ending in .yaml, .yml, .json or .ts',
    fix: 'to start from data, run: attune init FILE',
  });
}

/** Parses a recipe given as text, by a library or a server. */
export async function parseRecipeText(text: string, file?: string): Promise<ReadRecipe> {
  const { LineCounter: Counter, parseDocument } = await import('yaml');
  const lines = new Counter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const faults = [...document.errors, ...document.warnings].map((fault): Problem => {
    return { message: firstLine(fault.message), file, line: fault.linePos?.[0].line };
  });
  if (faults.length > 0) throw unreadable(file, faults);
  try {
    return { tree: document.toJS(), origin: { file, lineOf: (path) => lineOf(document, lines, path) } };
  } catch (error) {
    throw unreadable(file, [{ message: firstLine((error as Error).message), file }]);
  }
}

function unreadable(file: string | undefined, problems: Problem[]): AttuneError {
  return new AttuneError('E_RECIPE_SYNTAX', { what: `${file ?? 'The recipe'} cannot be read`, problems });
}

async function readText(file: string): Promise<ReadRecipe> {
  const bytes = readFileSync(file);
  try {
    return await parseRecipeText(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new AttuneError('E_RECIPE_SYNTAX', {
      what: `${file} is not UTF-8 text`,
      fix: 'save it as UTF-8',
      cause: error,
    });
  }
}

async function readProgram(file: string): Promise<ReadRecipe> {
  const codes = { unreadable: 'E_RECIPE_SYNTAX', other: 'E_RECIPE_FORMAT' } as const;
  const tree = await importDefault(file, { codes, expected: 'export default defineRecipe({ … })' });
  return { tree, origin: { ...noOrigin, file } };
}

function lineOf(document: Document, lines: LineCounter, path: TreePath): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
}

/** Offset of a pair's key, or of a list's item. */
function offsetOf(document: Document, path: TreePath): number | undefined {
  const parent = (path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)) as {
    items?: { key?: Node & { value?: unknown }; range?: [number, number, number] }[];
  } | null;
  const name = path.at(-1);
  const items = parent?.items ?? [];
  if (typeof name === 'number') return items[name]?.range?.[0];
  return items.find((item) => item.key?.value === name)?.key?.range?.[0];
}
