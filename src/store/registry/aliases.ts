/** Aliases of versions: `champion` is the one served under the model's name, `challenger` the newest. */
import { AttuneError } from '../../base/errors.ts';
import { auditHashes, findVersion, versionName } from './versions.ts';
import { recordAction } from './audit.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';
import { requireHeld, type Lease } from './leases.ts';

export const CHAMPION = 'champion';
export const CHALLENGER = 'challenger';

export interface AliasChange {
  at: number;
  alias: string;
  from?: number;
  to?: number;
  action: 'registered' | 'promoted' | 'rolled back';
  reason?: string;
  by: string;
}

export interface AliasMove {
  model: string;
  alias: string;
  version: number;
  action: AliasChange['action'];
  reason?: string;
  by: string;
  /** The job that created the version, whose lease this process must still hold. */
  job?: Lease;
}

/** A model's aliases with their versions. */
export async function aliasesOf(registry: Registry, model: string): Promise<Record<string, number>> {
  const rows = await registry.selectFrom('aliases').selectAll().where('model', '=', model).orderBy('alias').execute();
  return Object.fromEntries(rows.map(({ alias, version }) => [alias, version]));
}

/** Creates or moves an alias. @returns the previous version. @throws AttuneError E_LEASE_LOST, … */
export async function moveAlias(registry: Registry, move: AliasMove): Promise<number | undefined> {
  const target = await findVersion(registry, move.model, move.version);
  return registry.transaction().execute(async (transaction) => {
    if (move.job !== undefined) await requireHeld(transaction, 'jobs', move.job);
    return moveWithin(transaction, move, auditHashes(target));
  });
}

/** `moveAlias` within a larger transaction. */
export async function moveWithin(
  transaction: RegistryTransaction,
  { model, alias, version, action, reason, by }: AliasMove,
  hashes: Record<string, string>,
): Promise<number | undefined> {
  const known = await transaction
    .selectFrom('aliases')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  await transaction
    .insertInto('aliases')
    .values({ model, alias, version })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
  const at = Date.now();
  const from = known?.version ?? null;
  const row = { model, alias, from_version: from, to_version: version, action, reason: reason ?? null, by, at };
  await transaction.insertInto('alias_history').values(row).execute();
  await recordAction(transaction, {
    at,
    by,
    action: `alias-${action.replace(' ', '-')}`,
    subject: versionName({ model, version }),
    hashes,
    details: { alias, from, reason },
  });
  return known?.version;
}

/** Every move of a model's aliases, newest first. */
export async function aliasHistory(registry: Registry, model: string): Promise<AliasChange[]> {
  const rows = await registry
    .selectFrom('alias_history')
    .selectAll()
    .where('model', '=', model)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(({ at, alias, from_version: from, to_version: to, action, reason, by }) => ({
    at,
    alias,
    ...(from !== null && { from }),
    ...(to !== null && { to }),
    action: action as AliasChange['action'],
    ...(reason !== null && { reason }),
    by,
  }));
}

/**
 * The previous champion, for rollbacks. A version that was itself rolled back does not count.
 * @throws AttuneError E_NO_ROLLBACK
 */
export async function earlierChampion(registry: Registry, model: string): Promise<number> {
  const moves = (await aliasHistory(registry, model)).filter(({ alias }) => alias === CHAMPION).toReversed();
  // A stack: a promotion pushes a version, a rollback pops one.
  const stack: number[] = [];
  for (const { action, to } of moves) {
    if (to === undefined) continue;
    if (action === 'rolled back') while (stack.length > 0 && stack.at(-1) !== to) stack.pop();
    if (stack.at(-1) !== to) stack.push(to);
  }
  const earlier = stack.at(-2);
  if (earlier !== undefined) return earlier;
  throw new AttuneError('E_NO_ROLLBACK', {
    what: `${model} has no earlier champion to roll back to`,
    fix: `promote another version: attune models promote ${model} VERSION; attune models history ${model} lists them`,
  });
}
