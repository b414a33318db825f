/** Rollout of a new version: first as a shadow, then as a canary, until it is promoted or rolled back. */
import type { Selectable } from 'kysely';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { CHAMPION, aliasesOf, moveWithin } from './aliases.ts';
import { recordAction } from './audit.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';
import { newGuardState, parseGuards, type GuardState } from './guards.ts';
import type { RolloutsTable } from './tables.ts';
import { auditHashes, findVersion, versionName } from './versions.ts';

export type RolloutStage = 'shadow' | 'canary' | 'promoted' | 'rolled back' | 'replaced';

export interface RolloutCounts {
  /** Number of client requests answered by the version. */
  requests: number;
  /** Number of answers compared with the version in use. */
  pairs: number;
  /** Number of pairs with equal texts. */
  equal: number;
  /** By the guard's source text. */
  guards: Record<string, GuardState>;
}

export interface Rollout {
  id: number;
  model: string;
  version: number;
  /** The version in use. */
  from: number;
  stage: RolloutStage;
  /** Share of requests during the canary stage, 0 to 1. */
  share: number;
  shadowPairs: number;
  bakeMs: number;
  guards: string[];
  counts: RolloutCounts;
  startedAt: number;
  stageAt: number;
  endedAt?: number;
  reason?: string;
  by: string;
}

export interface RolloutPlan {
  model: string;
  version: number;
  share: number;
  shadowPairs: number;
  bakeMs: number;
  guards: readonly string[];
  by: string;
  reason?: string;
}

/** Starts a rollout, replacing an open one. @throws AttuneError E_NO_CHAMPION, E_GUARD, E_VERSION_UNKNOWN */
export async function beginRollout(registry: Registry, plan: RolloutPlan): Promise<Rollout> {
  const { model, version, by } = plan;
  const guards = parseGuards(plan.guards).map(({ text }) => text);
  const target = await findVersion(registry, model, version);
  const { [CHAMPION]: from } = await aliasesOf(registry, model);
  if (from === undefined || from === version) throw cannotRollOut(model, version, from);
  const now = Date.now();
  const row = {
    model,
    version,
    from_version: from,
    stage: plan.shadowPairs > 0 ? 'shadow' : 'canary',
    share: plan.share,
    shadow_pairs: plan.shadowPairs,
    bake_ms: plan.bakeMs,
    guards: JSON.stringify(guards),
    counts: JSON.stringify(newCounts(guards)),
    started_at: now,
    stage_at: now,
    ended_at: null,
    reason: plan.reason ?? null,
    by,
  };
  await registry.transaction().execute(async (transaction) => {
    await endOpen(transaction, { model, stage: 'replaced', reason: `${versionName(plan)} is tried`, at: now });
    await transaction.insertInto('rollouts').values(row).execute();
    const { share, shadowPairs, bakeMs, reason } = plan;
    await recordAction(transaction, {
      at: now,
      by,
      action: 'rollout-begun',
      subject: versionName(plan),
      hashes: auditHashes(target),
      details: { from, share, shadowPairs, bakeMs, guards, reason },
    });
  });
  return (await openRollouts(registry)).find((rollout) => rollout.model === model)!;
}

function newCounts(guards: readonly string[]): RolloutCounts {
  return {
    requests: 0,
    pairs: 0,
    equal: 0,
    guards: Object.fromEntries(guards.map((text) => [text, newGuardState()])),
  };
}

function cannotRollOut(model: string, version: number, champion: number | undefined): AttuneError {
  return new AttuneError('E_NO_CHAMPION', {
    what:
      champion === undefined
        ? `${model} has no champion to compare a version with`
        : `${versionName({ model, version })} is already the champion`,
    fix:
      champion === undefined
        ? `promote it without --canary and --shadow: attune models promote ${model} ${version}`
        : `attune models history ${model} lists its versions`,
  });
}

/** Rollouts in progress. */
export async function openRollouts(registry: Registry): Promise<Rollout[]> {
  const rows = await registry.selectFrom('rollouts').selectAll().where('ended_at', 'is', null).orderBy('id').execute();
  return rows.map(fromRow);
}

/** Every rollout of a model, newest first. */
export async function rolloutsOf(registry: Registry, model: string): Promise<Rollout[]> {
  const rows = await registry
    .selectFrom('rollouts')
    .selectAll()
    .where('model', '=', model)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(fromRow);
}

/** Moves from shadow to canary, unless another process already has. */
export async function beginCanary(registry: Registry, { id, model, version }: Rollout, reason: string): Promise<void> {
  await registry.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('rollouts')
      .set({ stage: 'canary', stage_at: Date.now() })
      .where('id', '=', id)
      .where('stage', '=', 'shadow')
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const subject = versionName({ model, version });
    await recordAction(transaction, { by: 'server', action: 'rollout-canary', subject, details: { reason } });
  });
}

export interface RolloutEnd {
  outcome: 'promoted' | 'rolled back';
  reason: string;
  by: string;
}

/** Ends a rollout once; a promoted version becomes the champion. @returns whether it was still open */
export async function endRollout(registry: Registry, rollout: Rollout, end: RolloutEnd): Promise<boolean> {
  const { model, version } = rollout;
  const target = await findVersion(registry, model, version);
  const { outcome, reason, by } = end;
  return registry.transaction().execute(async (transaction) => {
    const ended = await endOpen(transaction, { model, id: rollout.id, stage: outcome, reason, at: Date.now() });
    if (!ended) return false;
    const hashes = auditHashes(target);
    const subject = versionName(rollout);
    if (outcome === 'promoted')
      await moveWithin(transaction, { model, alias: CHAMPION, version, action: 'promoted', reason, by }, hashes);
    else await recordAction(transaction, { by, action: 'rollout-rolled-back', subject, hashes, details: { reason } });
    return true;
  });
}

/** Ends a rollout that was superseded by a person's decision. */
export async function endOpen(
  transaction: RegistryTransaction,
  { model, id, stage, reason, at }: { model: string; id?: number; stage: RolloutStage; reason: string; at: number },
): Promise<boolean> {
  const open = transaction
    .updateTable('rollouts')
    .set({ stage, ended_at: at, stage_at: at, reason })
    .where('model', '=', model)
    .where('ended_at', 'is', null);
  const { numUpdatedRows } = await (id === undefined ? open : open.where('id', '=', id)).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Saves a server's counts. */
export async function saveCounts(registry: Registry, { id, counts }: Pick<Rollout, 'id' | 'counts'>): Promise<void> {
  await registry
    .updateTable('rollouts')
    .set({ counts: JSON.stringify(counts) })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
}

function fromRow(row: Selectable<RolloutsTable>): Rollout {
  return {
    id: row.id,
    model: row.model,
    version: row.version,
    from: row.from_version,
    stage: row.stage as RolloutStage,
    share: row.share,
    shadowPairs: row.shadow_pairs,
    bakeMs: row.bake_ms,
    guards: parseJson(row.guards) as string[],
    counts: parseJson(row.counts) as RolloutCounts,
    startedAt: row.started_at,
    stageAt: row.stage_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.reason !== null && { reason: row.reason }),
    by: row.by,
  };
}
