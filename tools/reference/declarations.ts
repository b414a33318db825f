/** Finds declarations in the sources by name, from syntax alone: through imports, re-exports and the table of jobs. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

export type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableStatement;

/** A declaration and its file. */
export interface Found<Node extends ts.Node = Declaration> {
  node: Node;
  file: string;
}

const JOBS = 'src/jobs/index.ts';
const sources = new Map<string, ts.SourceFile>();

export function sourceOf(file: string): ts.SourceFile {
  let source = sources.get(file);
  if (source === undefined) {
    source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    sources.set(file, source);
  }
  return source;
}

/** The file that a relative specifier refers to; undefined for packages. */
export function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  return existsSync(target) ? target : undefined;
}

/** The declaration of a name in a file: its own, or the one that it imports or re-exports. */
export function declarationOf(name: string, file: string): Found | undefined {
  const source = sourceOf(file);
  for (const statement of source.statements) {
    const node = declares(statement, name);
    if (node !== undefined) return { node, file };
  }
  for (const statement of source.statements) {
    const from = leadsTo(statement, name);
    const target = from && targetOf(file, from.specifier);
    const found = target === undefined ? undefined : declarationOf(from!.name, target);
    if (found !== undefined) return found;
  }
  return undefined;
}

function declares(statement: ts.Statement, name: string): Declaration | undefined {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some((one) => one.name.getText() === name) ? statement : undefined;
  }
  const isOne =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isOne && statement.name?.text === name ? statement : undefined;
}

/** The module from which an import or export takes a name, and the original name. */
function leadsTo(statement: ts.Statement, name: string): { specifier: string; name: string } | undefined {
  const isFrom = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
  if (!isFrom || statement.moduleSpecifier === undefined) return undefined;
  const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
  const clause = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (clause === undefined) return ts.isExportDeclaration(statement) ? { specifier, name } : undefined;
  if (!ts.isNamedImports(clause) && !ts.isNamedExports(clause)) return undefined;
  const element = clause.elements.find((one) => one.name.text === name);
  return element && { specifier, name: (element.propertyName ?? element.name).text };
}

/** The function that a line of the table loads: `name: async () => (await import('./file.ts')).exported`. */
export function lazyFunctions(file: string): Map<string, Found<ts.FunctionDeclaration>> {
  const found = new Map<string, Found<ts.FunctionDeclaration>>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node)) {
      const target = targetOf(file, importedBy(node) ?? '');
      const exported = ts.isArrowFunction(node.initializer) && node.initializer.body;
      const name = exported && ts.isPropertyAccessExpression(exported) ? exported.name.text : 'run';
      const declared = target && declarationOf(name, target);
      if (declared && ts.isFunctionDeclaration(declared.node))
        found.set(nameOf(node), { node: declared.node, file: declared.file });
    }
    ts.forEachChild(node, visit);
  };
  visit(sourceOf(file));
  return found;
}

function nameOf({ name }: ts.PropertyAssignment): string {
  return ts.isStringLiteral(name) ? name.text : name.getText();
}

function importedBy(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return (node.arguments[0] as ts.StringLiteral).text;
  return ts.forEachChild(node, importedBy);
}

/** The type that a job's promise resolves to. */
export function jobResult(name: string): Found<ts.TypeNode> | undefined {
  const run = lazyFunctions(JOBS).get(name);
  const type = run && unwrapPromise(run.node.type);
  return type && { node: type, file: run.file };
}

export function unwrapPromise(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  const isPromise = type !== undefined && ts.isTypeReferenceNode(type) && type.typeName.getText() === 'Promise';
  return isPromise ? type.typeArguments?.[0] : type;
}
