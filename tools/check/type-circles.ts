/** Circular imports, type imports included: files that cannot be understood without each other. */
import type { Check } from './check.ts';
import { listFiles, readImports } from './source-files.ts';

/** The number of groups allowed in src/ and packages/. Lower it when one is removed; never raise it. */
export const MOST_TYPE_CIRCLES = 12;

export const typeCircles: Check = {
  name: 'type-circles',
  run(root) {
    // Generated files exist only after the set-up.
    const files = listFiles(root, ['src', 'packages'], ['.ts', '.tsx']).filter((one) => !one.includes('.generated.'));
    const imports = new Map(files.map((file) => [file, readImports(root, file)]));
    const needed = (file: string) =>
      imports.get(file)!.flatMap(({ target, dynamic }) => (target === undefined || dynamic ? [] : [target]));
    return judged(circleGroups(new Map(files.map((file) => [file, needed(file).filter((one) => imports.has(one))]))));
  },
};

function judged(groups: readonly string[][]): string[] {
  if (groups.length === MOST_TYPE_CIRCLES) return [];
  const count = `${groups.length} groups of files import each other in circles, and ${MOST_TYPE_CIRCLES} are allowed`;
  if (groups.length < MOST_TYPE_CIRCLES)
    return [`${count}: lower MOST_TYPE_CIRCLES in tools/check/type-circles.ts to ${groups.length}`];
  const listed = groups.map((group) => group.join(', ')).toSorted();
  return [`${count}: move the type that a new one shares to the lower of its files`, ...listed];
}

/** Groups in which each file reaches all others, sorted (Tarjan, 1972). */
export function circleGroups(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const groups: string[][] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const open = new Set<string>();
  const visit = (file: string): void => {
    const place = order.size;
    order.set(file, place);
    low.set(file, place);
    path.push(file);
    open.add(file);
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (open.has(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== place) return;
    const group = path.splice(path.indexOf(file));
    for (const one of group) open.delete(one);
    if (group.length > 1) groups.push(group.toSorted());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return groups;
}
