import { join } from 'node:path';
import { readCatalogue } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import { randomUnit, shuffled } from '../../src/base/random.ts';
import type { Setting } from '../example.ts';

/** The dependencies of a package in random order: the field's own order says nothing about time. */
export interface Dependent {
  user: string;
  items: string[];
}

/** A package that others depend on, with its maintainer's description. */
export interface Dependency {
  item: string;
  text: string;
  section: string;
}

export interface Dependencies {
  dependents: Dependent[];
  catalogue: Dependency[];
}

/**
 * A dependency of more than this share of all packages is left out (libc6), since it says nothing about any of them.
 */
const MOST_SHARE = 0.05;
const FEWEST_DEPENDENTS = 10;
const FEWEST_ITEMS = 3;
const SEED = 1;

/** Debian's packages with their dependencies: the first of alternatives, without versions. */
export async function fetchDependencies(setting: Setting): Promise<Dependencies> {
  const index = await fetchDebianIndex(join(setting.folder, 'apt'), ['en'], setting);
  const all = new Map<string, string[]>();
  for await (const stanza of index.packages()) {
    const [name, depends] = [stanza.get('Package'), stanza.get('Depends')];
    if (name !== undefined && depends !== undefined && !all.has(name)) all.set(name, dependenciesIn(depends));
  }
  const known = await readCatalogue(index);
  const used = new Map<string, number>();
  for (const items of all.values()) for (const item of items) used.set(item, (used.get(item) ?? 0) + 1);
  const most = MOST_SHARE * all.size;
  const isKept = (item: string) => {
    const count = used.get(item) ?? 0;
    return count >= FEWEST_DEPENDENTS && count <= most && known.has(item);
  };
  const dependents = [...all]
    .map(([user, items], row) => ({ user, items: shuffled(items.filter(isKept), [SEED, 'dependency-order', row]) }))
    .filter(({ items }) => items.length >= FEWEST_ITEMS);
  const items = [...new Set(dependents.flatMap((one) => one.items))].toSorted();
  const catalogue = items.map((item) => {
    const { synopsis, description, section } = known.get(item)!;
    return { item, text: `${item.replaceAll('-', ' ')}\n${synopsis}\n${description}`, section };
  });
  return { dependents, catalogue };
}

/** `a (>= 1), b | c, d:any` → a, b, d, each once. */
export function dependenciesIn(field: string): string[] {
  const names = field.split(',').map((part) => /^\s*([a-z0-9][a-z0-9.+-]*)/.exec(part)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Random items that must not occur in training, to be recommended as new ones. */
export function coldItems(items: readonly string[], share: number): Set<string> {
  return new Set(items.filter((_, place) => randomUnit([SEED, 'cold-items'], place) < share));
}
