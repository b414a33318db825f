import type { Program } from './template-sandbox.ts';

/** A node of a parsed template, as the library makes it. */
interface Node {
  type: string;
  [part: string]: unknown;
}

/** Parts of a node that are names but no reading of a variable, by the node's type. */
const NAMES: Record<string, readonly string[]> = {
  FilterExpression: ['filter'],
  FilterStatement: ['filter'],
  TestExpression: ['test'],
  BinaryExpression: ['operator'],
  UnaryExpression: ['operator'],
  KeywordArgumentExpression: ['key'],
  For: ['loopvar'],
  Macro: ['name', 'args'],
  Set: ['assignee'],
  CallStatement: ['callerArgs'],
};

/** The variables that a template reads anywhere, those that it sets itself included. */
export function variablesRead(program: Program): Set<string> {
  const read = new Set<string>();
  visit(program, read);
  return read;
}

function visit(part: unknown, read: Set<string>): void {
  if (Array.isArray(part) || part instanceof Map) {
    for (const item of part) visit(item, read);
  } else if (isNode(part)) {
    visitNode(part, read);
  }
}

function visitNode(node: Node, read: Set<string>): void {
  if (node.type === 'Identifier') read.add(String(node.value));
  const names = NAMES[node.type] ?? (node.type === 'MemberExpression' && node.computed !== true ? ['property'] : []);
  for (const [name, part] of Object.entries(node)) {
    if (!names.includes(name)) visit(part, read);
    else for (const value of valuesBeside(part)) visit(value, read);
  }
}

/** What stands beside a name and is read: a filter's arguments, a macro's default values. */
function valuesBeside(part: unknown): unknown[] {
  const nodes = [part].flat().filter(isNode);
  return nodes.flatMap(({ type, args, value }) =>
    type === 'CallExpression' ? [args] : type === 'KeywordArgumentExpression' ? [value] : [],
  );
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && typeof (part as Partial<Node>).type === 'string';
}
