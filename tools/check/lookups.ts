/**
 * Lookups of names that come from outside: `table[name]` finds "constructor" and "__proto__" in every plain object, and
 * an assignment to "__proto__" is lost. A table with arbitrary keys must be a Map, or `Object.hasOwn` must guard the
 * lookup, or a comment must say where the name comes from:
 *
 *   rows[name] // own: a name of OPTIONS
 */
import { join, relative } from 'node:path';
import ts from 'typescript';
import type { Check } from './check.ts';

export const lookups: Check = {
  name: 'lookups',
  run(root) {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram(
      fileNames.filter((name) => name.includes('/src/')),
      options,
    );
    const checker = program.getTypeChecker();
    const own = program
      .getSourceFiles()
      .filter(({ fileName }) => relative(root, fileName).match(/^(src|packages\/[^/]+\/src)\//) !== null);
    return own.flatMap((source) => lookupsIn(source, checker, relative(root, source.fileName)));
  },
};

export function isUnsafe(
  node: ts.Node,
  checker: ts.TypeChecker,
  source: ts.SourceFile,
): node is ts.ElementAccessExpression {
  return (
    ts.isElementAccessExpression(node) && isOpen(node, checker) && !isTable(node, checker) && !isGuarded(node, source)
  );
}

function lookupsIn(source: ts.SourceFile, checker: ts.TypeChecker, file: string): string[] {
  const problems: string[] = [];
  const lines = source.text.split('\n');
  const visit = (node: ts.Node): void => {
    if (isUnsafe(node, checker, source)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (!/\/\/ own: \S/.test(`${lines[line]}\n${lines[line - 1] ?? ''}`))
        problems.push(
          `${file}:${line + 1} ${node.getText()}: a name from outside may be "constructor"; Map or Object.hasOwn`,
        );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

/** Whether the name can be any text: the object has a string index, and the argument is not of a known name. */
function isOpen(access: ts.ElementAccessExpression, checker: ts.TypeChecker): boolean {
  const { expression, argumentExpression } = access;
  if (expression.getText() === 'process.env') return false;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(expression));
  const parts = type.isUnion() ? type.types : [type];
  // A value of unknown type has to be checked before use in any case: only assignments to it count.
  const isTyped = ({ type: value }: ts.IndexInfo): boolean =>
    isWritten(access) || (value.flags & ts.TypeFlags.Unknown) === 0;
  const isIndexed = (part: ts.Type): boolean =>
    checker.getIndexInfosOfType(part).some((info) => (info.keyType.flags & ts.TypeFlags.String) !== 0 && isTyped(info));
  if (!parts.some(isIndexed)) return false;
  const name = checker.getTypeAtLocation(argumentExpression);
  const names = name.isUnion() ? name.types : [name];
  return names.some(({ flags }) => (flags & ts.TypeFlags.String) !== 0);
}

/** Matches "=", "+=" and "??=", but not "===" or ">=". */
function isWritten(node: ts.ElementAccessExpression): boolean {
  const { parent } = node;
  if (!ts.isBinaryExpression(parent) || parent.left !== node) return false;
  const { kind } = parent.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** Whether `table(…)` made it in its declaration. */
function isTable({ expression }: ts.ElementAccessExpression, checker: ts.TypeChecker): boolean {
  const declaration = declarationOf(expression, checker);
  const made = declaration?.initializer;
  return made !== undefined && ts.isCallExpression(made) && made.expression.getText() === 'table';
}

type Declared = ts.VariableDeclaration | ts.PropertyDeclaration | ts.PropertyAssignment;

export function declarationOf(expression: ts.Expression, checker: ts.TypeChecker): Declared | undefined {
  let symbol = checker.getSymbolAtLocation(expression);
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined) return undefined;
  const isDeclared =
    ts.isVariableDeclaration(declaration) ||
    ts.isPropertyDeclaration(declaration) ||
    ts.isPropertyAssignment(declaration);
  return isDeclared ? declaration : undefined;
}

/** Whether `Object.hasOwn(table, name)` occurs anywhere in the enclosing function. */
function isGuarded(node: ts.ElementAccessExpression, source: ts.SourceFile): boolean {
  let scope: ts.Node = node;
  while (scope.parent !== undefined && !ts.isFunctionLike(scope)) scope = scope.parent;
  const text = scope.getText(source).replaceAll(/\s/g, '');
  return text.includes(
    `Object.hasOwn(${node.expression.getText(source)},${node.argumentExpression.getText(source)})`.replaceAll(
      /\s/g,
      '',
    ),
  );
}
