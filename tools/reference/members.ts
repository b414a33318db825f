/** Members of a type for the reference: name, type, meaning. */
import ts from 'typescript';
import { declarationOf, jobResult, type Found } from './declarations.ts';

export interface Member {
  name: string;
  type: string;
  isOptional: boolean;
  meaning: string;
}

/** Types with more members, and generated ones, have their own reference. */
const MOST = 45;
const OWN_REFERENCE = /^(?:Recipe|RecipeInput)$/;

/** Members of an object type; empty for other types and for types described elsewhere. */
export function membersOf({ node, file }: Found<ts.TypeNode>): Member[] {
  const found = gather(node, file, 0);
  return found.length > MOST ? [] : found;
}

function gather(type: ts.TypeNode, file: string, depth: number): Member[] {
  if (depth > 6) return [];
  if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return gather(type.type, file, depth);
  if (ts.isArrayTypeNode(type)) return gather(type.elementType, file, depth);
  if (ts.isTypeLiteralNode(type)) return type.members.flatMap(describe);
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((one) => gather(one, file, depth));
  if (ts.isExpressionWithTypeArguments(type) || ts.isTypeReferenceNode(type)) return gatherNamed(type, file, depth);
  return [];
}

function gatherNamed(
  type: ts.ExpressionWithTypeArguments | ts.TypeReferenceNode,
  file: string,
  depth: number,
): Member[] {
  const name = (ts.isTypeReferenceNode(type) ? type.typeName : type.expression).getText();
  const [first, second] = type.typeArguments ?? [];
  if (name === 'JobResult') {
    const result = jobResult(first.getText().slice(1, -1));
    return result === undefined ? [] : gather(result.node, result.file, depth + 1);
  }
  if (name === 'Partial' || name === 'Readonly' || name === 'NonNullable') return gather(first, file, depth + 1);
  if (name === 'Omit' || name === 'Pick') {
    const keys = new Set(second.getText().match(/\w+/g));
    return gather(first, file, depth + 1).filter((member) => keys.has(member.name) === (name === 'Pick'));
  }
  if (OWN_REFERENCE.test(name)) return [];
  const found = declarationOf(name, file);
  return found === undefined ? [] : gatherDeclared(found, depth + 1);
}

function gatherDeclared({ node, file }: Found, depth: number): Member[] {
  if (ts.isTypeAliasDeclaration(node)) return gather(node.type, file, depth);
  if (ts.isClassDeclaration(node)) return classMembers(node);
  if (!ts.isInterfaceDeclaration(node)) return [];
  const bases = node.heritageClauses?.flatMap(({ types }) => types) ?? [];
  const own = node.members.flatMap(describe);
  const names = new Set(own.map(({ name }) => name));
  const inherited = bases.flatMap((base) => gatherNamed(base, file, depth));
  return [...own, ...inherited.filter(({ name }) => !names.has(name))];
}

export function classMembers(node: ts.ClassDeclaration): Member[] {
  return node.members.filter(isPublic).flatMap(describe);
}

function isPublic(member: ts.ClassElement): boolean {
  return member.name !== undefined && !ts.isPrivateIdentifier(member.name);
}

function describe(member: ts.TypeElement | ts.ClassElement): Member[] {
  if (member.name === undefined) return [];
  const isOptional = 'questionToken' in member && member.questionToken !== undefined;
  return [{ name: member.name.getText(), type: typeText(member), isOptional, meaning: meaningOf(member) }];
}

function typeText(member: ts.TypeElement | ts.ClassElement): string {
  if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) {
    const parameters = member.parameters.map((one) => collapse(one.getText())).join(', ');
    return `(${parameters}) => ${collapse(member.type?.getText() ?? 'void')}`;
  }
  const { type, initializer } = member as ts.PropertyDeclaration;
  return collapse((type ?? initializer)?.getText() ?? '');
}

/** The text of a doc comment, on one line. */
export function meaningOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return collapse(doc === undefined ? '' : (ts.getTextOfJSDocComment(doc.comment) ?? ''));
}

/** Texts of the tags with a given name in a doc comment. */
export function tagsOf(node: ts.Node, name: string): string[] {
  return ts
    .getJSDocTags(node)
    .filter(({ tagName }) => tagName.text === name)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
}

export function collapse(text: string): string {
  return text
    .replaceAll(/\/\*\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('; }', ' }')
    .trim();
}
