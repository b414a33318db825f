/** The repository's own source files on disk and their imports. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** Folders without sources of ours, at any depth. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', '.git', 'coverage', 'runs', '.cache']);

/** One import, export-from or dynamic import. */
export interface Import {
  /** As written in the source. */
  specifier: string;
  /** Path from the root, if it is a file of ours. */
  target?: string;
  /** 1-based. */
  line: number;
  /** Erased at run time. */
  typeOnly: boolean;
  /** Loaded when the expression runs, not when the file is loaded. */
  dynamic: boolean;
}

/**
 * Sorted paths from the root of the files below `folders` whose names end in one of `endings`, or of all files if no
 * ending is given.
 */
export function listFiles(root: string, folders: readonly string[], endings: readonly string[] = ['']): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) visit(path);
      if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) visit(folder);
  return found.toSorted();
}

const parsed = new Map<string, ts.SourceFile>();

/** The syntax tree of a file, shared by several checks. */
export function parseSource(root: string, file: string): ts.SourceFile {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const known = parsed.get(path);
  if (known?.text === text) return known;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  parsed.set(path, source);
  return source;
}

/** The imports of a file, from its syntax tree: strings and comments that look like imports do not count. */
export function readImports(root: string, file: string): Import[] {
  const source = parseSource(root, file);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      found.push({
        specifier: specifier.text,
        target: resolveTarget(root, file, specifier.text),
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        typeOnly: isTypeOnly(node),
        dynamic: ts.isCallExpression(node),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  let expression: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) expression = node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) expression = node.argument.literal;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) expression = node.arguments[0];
  return expression !== undefined && ts.isStringLiteralLike(expression) ? expression : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

/** The file behind the name of one of our packages, from its package.json. */
function packageFile(root: string, specifier: string): string | undefined {
  try {
    return relative(realpathSync(root), realpathSync(createRequire(resolve(root, 'package.json')).resolve(specifier)));
  } catch {
    return undefined;
  }
}

function resolveTarget(root: string, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('@attune/')) return packageFile(root, specifier);
  if (!specifier.startsWith('.')) return undefined;
  return relative(root, join(root, dirname(file), specifier));
}
