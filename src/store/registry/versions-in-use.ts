/** Versions of a model that servers use or may need immediately. */
import { aliasesOf, CHAMPION, earlierChampion } from './aliases.ts';
import type { Registry } from './registry-database.ts';
import { openRollouts, type Rollout } from './rollouts.ts';

/** Versions referred to by an alias or a rollout, and the target of a rollback. */
export async function versionsInUse(
  registry: Registry,
  model: string,
  rollouts?: readonly Rollout[],
): Promise<ReadonlySet<number>> {
  const aliases = await aliasesOf(registry, model);
  const rollout = (rollouts ?? (await openRollouts(registry))).find((one) => one.model === model);
  const earlier = aliases[CHAMPION] === undefined ? undefined : await earlierOf(registry, model);
  const numbers = [...Object.values(aliases), rollout?.version, rollout?.from, earlier];
  return new Set(numbers.filter((number) => number !== undefined));
}

async function earlierOf(registry: Registry, model: string): Promise<number | undefined> {
  try {
    return await earlierChampion(registry, model);
  } catch {
    return undefined; // there was no other
  }
}
