/**
 * Lookups of names that come from outside: `table[name]` finds "constructor" and "__proto__" in every plain object, and
 * an assignment to "__proto__" is lost. A table with arbitrary keys must be a Map, or `Object.hasOwn` must guard the
 * lookup, or a comment must say where the name comes from:
 *
 *   rows[name] // own: a name of OPTIONS
 */
import { join, relative } from 'node:path';
import {
  isCallExpression,
  isElementAccessExpression,
  isFunctionLikeDeclaration,
  isBinaryExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isVariableDeclaration,
} from 'typescript-native/unstable/ast/is';
import { SyntaxKind, type ElementAccessExpression, type Node, type SourceFile } from 'typescript-native/unstable/ast';
import {
  API,
  SymbolFlags,
  TypeFlags,
  type Checker,
  type IndexInfo,
  type Project,
} from 'typescript-native/unstable/sync';
import type { Check } from './check.ts';

/** Uses TypeScript 7, whose checker takes a third of the processor time of TypeScript 6's library. */
export const lookups: Check = {
  name: 'lookups',
  run(root) {
    const api = new API({ cwd: root });
    try {
      const config = join(root, 'tsconfig.build.json');
      const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
      const own = project.program
        .getSourceFileNames()
        .filter((name) => relative(root, name).match(/^(src|packages\/[^/]+\/src)\//) !== null);
      return own.flatMap((name) => {
        const source = project.program.getSourceFile(name)!;
        return unsafeIn(source, project).map((node) => problemAt(node, source, relative(root, name)));
      });
    } finally {
      api.close();
    }
  },
};

function problemAt(node: Node, source: SourceFile, file: string): string {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return `${file}:${line + 1} ${node.getText(source)}: a name from outside may be "constructor"; Map or Object.hasOwn`;
}

function unsafeIn(source: SourceFile, project: Project): ElementAccessExpression[] {
  const accesses: ElementAccessExpression[] = [];
  const visit = (node: Node): void => {
    if (isElementAccessExpression(node)) accesses.push(node);
    node.forEachChild(visit);
  };
  visit(source);
  const { checker } = project;
  // One request per file, since each is a message to the compiler's process.
  const names = checker.getTypeAtLocation(accesses.map(({ argumentExpression }) => argumentExpression));
  const lines = source.text.split('\n');
  return accesses.filter((node, i) => {
    const name = names[i];
    const parts = name?.isUnionType() === true ? name.getTypes() : [name];
    if (!parts.some((part) => part !== undefined && (part.flags & TypeFlags.String) !== 0)) return false;
    if (!isOpen(node, checker) || isTable(node, project) || isGuarded(node, source)) return false;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    return !/\/\/ own: \S/.test(`${lines[line]}\n${lines[line - 1] ?? ''}`);
  });
}

/** Whether the object has a string index, so that the name can be any text. */
function isOpen(access: ElementAccessExpression, checker: Checker): boolean {
  const { expression } = access;
  if (expression.getText() === 'process.env') return false;
  const whole = checker.getTypeAtLocation(expression);
  const type = whole && checker.getNonNullableType(whole);
  if (type === undefined) return false;
  const parts = type.isUnionType() ? type.getTypes() : [type];
  // A value of unknown type has to be checked before use in any case: only assignments to it count.
  const isTyped = ({ valueType }: IndexInfo): boolean =>
    isWritten(access) || (valueType.flags & TypeFlags.Unknown) === 0;
  return parts.some((part) =>
    checker.getIndexInfosOfType(part).some((info) => (info.keyType.flags & TypeFlags.String) !== 0 && isTyped(info)),
  );
}

/** Matches "=", "+=" and "??=", but not "===" or ">=". */
function isWritten(node: ElementAccessExpression): boolean {
  const { parent } = node;
  if (!isBinaryExpression(parent) || parent.left !== node) return false;
  const { kind } = parent.operatorToken;
  return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;
}

/** Whether `table(…)` made it in its declaration. */
function isTable({ expression }: ElementAccessExpression, project: Project): boolean {
  const { checker } = project;
  let symbol = checker.getSymbolAtLocation(expression);
  if (symbol !== undefined && (symbol.flags & SymbolFlags.Alias) !== 0) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration?.resolve(project);
  if (declaration === undefined) return false;
  const isDeclared =
    isVariableDeclaration(declaration) || isPropertyDeclaration(declaration) || isPropertyAssignment(declaration);
  const made = isDeclared ? declaration.initializer : undefined;
  return made !== undefined && isCallExpression(made) && made.expression.getText() === 'table';
}

/** Whether `Object.hasOwn(table, name)` occurs anywhere in the enclosing function. */
function isGuarded(node: ElementAccessExpression, source: SourceFile): boolean {
  let scope: Node = node;
  while (scope.parent !== undefined && !isFunctionLikeDeclaration(scope)) scope = scope.parent;
  const text = scope.getText(source).replaceAll(/\s/g, '');
  const [table, name] = [node.expression, node.argumentExpression].map((part) => part.getText(source));
  return text.includes(`Object.hasOwn(${table},${name})`.replaceAll(/\s/g, ''));
}
