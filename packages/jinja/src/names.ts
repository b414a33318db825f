import type { Template } from './nodes.ts';

/** Names that a template reads and names that it assigns, anywhere in it. */
export interface TemplateNames {
  read: Set<string>;
  /** Names assigned by loops, macros, `set` and `with`, and the language's own. */
  assigned: Set<string>;
}

/** Names that are assigned within loops and macros. */
const GIVEN = ['loop', 'caller', 'varargs', 'kwargs'];

export function namesOf(part: Template | readonly unknown[], globals: Iterable<string> = []): TemplateNames {
  const names: TemplateNames = { read: new Set(), assigned: new Set([...GIVEN, ...globals]) };
  visit(part, names);
  return names;
}

/** Special names: reading one changes what a loop or a macro passes to its body. */
type SpecialName = 'loop' | 'caller' | 'varargs' | 'kwargs' | 'self';
const SPECIAL: readonly string[] = ['loop', 'caller', 'varargs', 'kwargs', 'self'] satisfies SpecialName[];

/** Names read by each part of a tree. Bodies are nested: the cache lets each be visited once. */
const specialNames = new WeakMap<object, ReadonlySet<string>>();

/** Whether statements read a given special name. */
export function mentions(part: readonly unknown[], name: SpecialName): boolean {
  return specialNamesOf(part).has(name);
}

const NONE: ReadonlySet<string> = new Set();

function specialNamesOf(part: unknown): ReadonlySet<string> {
  if (typeof part !== 'object' || part === null) return NONE;
  const known = specialNames.get(part);
  if (known !== undefined) return known;
  const found = new Set<string>();
  const { type, name } = part as Node;
  if (type === 'name' && typeof name === 'string' && SPECIAL.includes(name)) found.add(name);
  for (const [key, child] of Object.entries(part)) {
    if (key !== 'target') for (const inner of specialNamesOf(child)) found.add(inner);
  }
  specialNames.set(part, found);
  return found;
}

/** Whether the value of an expression is the same in every rendering. */
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
