import type { Template } from './nodes.ts';

/** Names that a template reads and gives values to, wherever. */
export interface TemplateNames {
  read: Set<string>;
  /** By loops, macros, `set` and `with`, and those that the language gives. */
  assigned: Set<string>;
}

/** Names that have a value within loops and macros. */
const GIVEN = ['loop', 'caller', 'varargs', 'kwargs'];

export function namesOf(part: Template | readonly unknown[], globals: Iterable<string> = []): TemplateNames {
  const names: TemplateNames = { read: new Set(), assigned: new Set([...GIVEN, ...globals]) };
  visit(part, names);
  return names;
}

/** Whether statements read a name. */
export function mentions(part: readonly unknown[], name: string): boolean {
  return namesOf(part).read.has(name);
}

/** Whether an expression depends on nothing that a rendering brings. */
export function isConstant(part: unknown): boolean {
  if (Array.isArray(part)) return part.every(isConstant);
  if (typeof part !== 'object' || part === null) return true;
  const { type } = part as Node;
  return type !== 'name' && type !== 'call' && Object.values(part).every(isConstant);
}

interface Node {
  type?: unknown;
  name?: unknown;
  target?: unknown;
  parameters?: unknown;
}

function visit(part: unknown, names: TemplateNames): void {
  if (Array.isArray(part)) {
    for (const item of part) visit(item, names);
    return;
  }
  if (typeof part !== 'object' || part === null) return;
  const node = part as Node;
  if (node.type === 'name' && typeof node.name === 'string') names.read.add(node.name);
  if (node.type === 'macro' && typeof node.name === 'string') names.assigned.add(node.name);
  if (Array.isArray(node.parameters)) for (const parameter of node.parameters) names.assigned.add(String(parameter));
  for (const [key, child] of Object.entries(node)) {
    if (key === 'target') visitTarget(child, names);
    else visit(child, names);
  }
}

function visitTarget(target: unknown, names: TemplateNames): void {
  const { type, name, items } = target as { type: string; name?: string; items?: unknown[] };
  if (type === 'tuple') for (const item of items ?? []) visitTarget(item, names);
  else if (type === 'name') names.assigned.add(name!);
  else names.read.add(name!);
}
