import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import {
  aliasesOf,
  beginRollout,
  CHALLENGER,
  CHAMPION,
  fetchVersion,
  findVersion,
  moveAlias,
  recordFindings,
  requireUnchanged,
  versionName,
  withRegistry,
  type ModelVersion,
  type Registry,
} from '../../store/registry/index.ts';
import { gateRun } from '../gate/gate.ts';
import type { useCase, Promotion } from '../use-cases/models-promote.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { localActor } from '../../base/local-actor.ts';
import { newestSignOff, weightsHash } from './describe-result.ts';
import { endRollouts } from './end-rollouts.ts';

export type PromoteOptions = CallOptions<typeof useCase> & {
  /** Default: the version with the alias `challenger`. */
  version?: number;
};

/**
 * Promotes a version to champion, immediately or after a trial. Servers follow without a restart.
 * @throws AttuneError E_GATE, with exit code 3, if it does not pass its gate; E_VERSION_CHANGED, E_NO_GUARD,
 * E_NO_CHAMPION
 */
export async function promoteModel(model: string, options: PromoteOptions = {}): Promise<Promotion> {
  const { by = localActor(), force, shadow = 0, canary, bake, guard: guards = [] } = options;
  if (bake !== undefined && guards.length === 0) throw noGuard();
  return withRegistry(async (registry) => {
    const version = options.version ?? (await challengerOf(registry, model));
    const target = await findVersion(registry, model, version);
    await refuseChanged(target);
    await passGate(registry, target, options);
    const reason = force === undefined ? undefined : `forced: ${force}`;
    if (shadow === 0 && canary === undefined) return promoteNow(registry, target, { by, reason });
    const plan = { model, version, share: canary ?? 0, shadowPairs: shadow, bakeMs: bake ?? 0, guards, by, reason };
    const rollout = await beginRollout(registry, plan);
    return { model, version, from: rollout.from, rollout };
  });
}

async function promoteNow(
  registry: Registry,
  { model, version }: ModelVersion,
  { by, reason }: { by: string; reason?: string },
): Promise<Promotion> {
  await endRollouts(registry, model, `${versionName({ model, version })} was promoted`);
  const from = await moveAlias(registry, { model, alias: CHAMPION, version, action: 'promoted', reason, by });
  return { model, version, ...(from !== undefined && { from }) };
}

async function challengerOf(registry: Registry, model: string): Promise<number> {
  const { [CHALLENGER]: version } = await aliasesOf(registry, model);
  if (version !== undefined) return version;
  await findVersion(registry, model, 1); // throws if there is no such model
  throw new AttuneError('E_VERSION_UNKNOWN', {
    what: `${model} has no challenger`,
    fix: `choose a version: attune models promote ${model} VERSION`,
  });
}

/** Fails if the registered files have changed. */
async function refuseChanged(target: ModelVersion): Promise<void> {
  const folder = await fetchVersion(target);
  await requireUnchanged(target, folder);
  const found = await weightsHash(folder);
  if (found === target.hashes.weights) return;
  throw new AttuneError('E_VERSION_CHANGED', {
    what: `The files of ${versionName(target)} in ${target.folder} have changed since they were registered`,
    got: `SHA-256 ${found}`,
    expected: target.hashes.weights,
    fix: `register them as a new version: attune models register ${target.model} ${target.runFolder ?? target.folder}`,
  });
}

/** Runs the gate again: reviews and sign-offs may have been added since the registration. */
async function passGate(registry: Registry, target: ModelVersion, { force, gate }: PromoteOptions): Promise<void> {
  const { runFolder } = target;
  try {
    if (runFolder === undefined) throw noEvidence(target);
    if (!existsSync(runFolder)) throw runElsewhere(target);
    const { isPassed, checks } = await gateRun(runFolder, gate, { mayAskNothing: true });
    await recordFindings(registry, { ...target, gate: { isPassed, checks }, signOff: newestSignOff(runFolder) });
  } catch (error) {
    if (force === undefined || !(error instanceof AttuneError)) throw error;
    const checks = error.problems.map(({ field, message }) => ({ name: field ?? '', outcome: 'failed', message }));
    await recordFindings(registry, { ...target, gate: { isPassed: false, checks } });
  }
}

function noEvidence(target: ModelVersion): AttuneError {
  return new AttuneError('E_GATE', {
    what: `The quality of ${versionName(target)} is unknown: it was not made by an attune run`,
    fix: 'evaluate it with `attune compare`, and give the reason: --force REASON',
    exitCode: 3,
  });
}

/** Servers share versions, but not the evaluations of their runs. */
function runElsewhere(target: ModelVersion): AttuneError {
  return new AttuneError('E_GATE', {
    what: `The run that made ${versionName(target)} is not on this machine, so its gate cannot be checked`,
    got: `nothing in ${target.runFolder}`,
    fix: 'promote it on the machine that has the run, or give the reason: --force REASON',
    exitCode: 3,
  });
}

function noGuard(): AttuneError {
  return new AttuneError('E_NO_GUARD', {
    what: 'No guard is set: nothing would stop a bad version at the end of --bake',
    fix: 'add one, such as --guard "error_rate<1%"; or remove --bake, and promote it yourself after its trial',
  });
}
