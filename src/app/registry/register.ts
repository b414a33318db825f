import {
  CHALLENGER,
  moveAlias,
  storeVersion,
  withRegistry,
  type Lease,
  type ModelVersion,
} from '../../store/registry/index.ts';
import { localActor } from '../../base/local-actor.ts';
import type { useCase } from '../use-cases/models-register.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { describeResult, runFacts } from './describe-result.ts';

export type RegisterOptions = CallOptions<typeof useCase>;

/**
 * Registers a run's result, an adapter or a model folder as the next version of a model. The alias `challenger` moves
 * to it; the served champion stays the same until a version is promoted.
 * @throws AttuneError E_MODEL_NAME, E_MODEL_MISSING, E_RUN_UNFINISHED, E_WEIGHTS_MISSING, E_OBJECTS…
 */
export function registerModel(name: string, target: string, options: RegisterOptions = {}): Promise<ModelVersion> {
  return registerResult(name, target, options);
}

/** Registers the result of a server's job while this server holds its lease. @throws AttuneError E_LEASE_LOST, … */
export async function registerResult(
  name: string,
  target: string,
  { owner, run, job, by = localActor() }: RegisterOptions & { job?: Lease },
): Promise<ModelVersion> {
  const described = { ...(await describeResult(target)), ...(run !== undefined && runFacts(run)) };
  return withRegistry(async (registry) => {
    const made = await storeVersion(registry, { model: name, ...described, owner, job, createdBy: by });
    const { version } = made;
    await moveAlias(registry, { model: name, alias: CHALLENGER, version, action: 'registered', by, job });
    return made;
  });
}
