import { table } from '../base/table.ts';
import type { Program } from './template-sandbox.ts';

/** A node of a parsed template, as the library makes it. */
interface Node {
  type: string;
  [part: string]: unknown;
}

/** Parts of a node that are names but no reading of a variable, by the node's type. */
const NAMES: Record<string, readonly string[]> = table({
  BinaryExpression: ['operator'],
  UnaryExpression: ['operator'],
  FilterExpression: ['filter'],
  FilterStatement: ['filter'],
  TestExpression: ['test'],
  KeywordArgumentExpression: ['key'],
  For: ['loopvar'],
  Macro: ['name', 'args'],
  Set: ['assignee'],
  CallStatement: ['callerArgs'],
});

/** Those of the names above that give a variable a value. */
const ASSIGNED = new Set(['loopvar', 'name', 'args', 'assignee', 'callerArgs']);

/** Names that the language gives a meaning. */
const LANGUAGE = ['true', 'false', 'none', 'True', 'False', 'None', 'loop', 'caller'];
const FUNCTIONS = ['namespace', 'range', 'raise_exception', 'strftime_now'];

export interface TemplateVariables {
  /** Read anywhere, whoever gives them a value. */
  read: Set<string>;
  /** Given a value by the template itself: loops, macros, `set`. */
  assigned: Set<string>;
}

/** The variables of a template. */
export function variablesOf(program: Program): TemplateVariables {
  const variables = { read: new Set<string>(), assigned: new Set([...LANGUAGE, ...FUNCTIONS]) };
  visit(program, variables);
  return variables;
}

function visit(part: unknown, variables: TemplateVariables): void {
  if (Array.isArray(part) || part instanceof Map) {
    for (const item of part) visit(item, variables);
  } else if (isNode(part)) {
    visitNode(part, variables);
  }
}

function visitNode(node: Node, variables: TemplateVariables): void {
  if (node.type === 'Identifier') variables.read.add(String(node.value));
  const names = NAMES[node.type] ?? (node.type === 'MemberExpression' && node.computed !== true ? ['property'] : []);
  for (const [name, part] of Object.entries(node)) {
    if (!names.includes(name)) {
      visit(part, variables);
      continue;
    }
    for (const value of valuesBeside(part)) visit(value, variables);
    if (ASSIGNED.has(name)) for (const own of namesIn(part)) variables.assigned.add(own);
  }
}

/** What stands beside a name and is read: a filter's arguments, a macro's default values. */
function valuesBeside(part: unknown): unknown[] {
  const nodes = [part].flat().filter(isNode);
  return nodes.flatMap(({ type, args, value }) =>
    type === 'CallExpression' ? [args] : type === 'KeywordArgumentExpression' ? [value] : [],
  );
}

/** `a`, `(a, b)`, or a macro's parameters. */
function namesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(namesIn);
  if (!isNode(part)) return [];
  if (part.type === 'Identifier') return [String(part.value)];
  if (part.type === 'KeywordArgumentExpression') return namesIn(part.key);
  return part.type === 'TupleLiteral' ? namesIn(part.value) : [];
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && typeof (part as Partial<Node>).type === 'string';
}
