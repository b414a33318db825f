import {
  CHALLENGER,
  moveAlias,
  storeVersion,
  withRegistry,
  type Lease,
  type ModelVersion,
} from '../../registry/index.ts';
import { localActor } from '../../base/local-actor.ts';
import { describeResult, runFacts } from './describe-result.ts';

export interface RegisterOptions {
  /** The API key whose model it is; that of whoever has this machine unless given. */
  owner?: string;
  /** The run that made it, where the target is not the run's own folder. */
  run?: string;
  /** The job that made it: nothing is registered where another server has taken it over. */
  job?: Lease;
  /** Who does it, for the audit log; the user of this machine unless given. */
  by?: string;
}

/**
 * Makes a run's result, an adapter or a model folder the next version of a registered model. The alias `challenger` moves
 * to it; what the model's name answers with stays until a version is promoted.
 * @throws AttuneError E_LEASE_LOST, E_MODEL_NAME, E_MODEL_MISSING, E_RUN_UNFINISHED, E_WEIGHTS_MISSING, E_OBJECTS…
 */
export async function registerModel(
  name: string,
  target: string,
  { owner, run, job, by = localActor() }: RegisterOptions = {},
): Promise<ModelVersion> {
  const described = { ...(await describeResult(target)), ...(run !== undefined && runFacts(run)) };
  return withRegistry(async (registry) => {
    const made = await storeVersion(registry, { model: name, ...described, owner, job, createdBy: by });
    const { version } = made;
    await moveAlias(registry, { model: name, alias: CHALLENGER, version, action: 'registered', by, job });
    return made;
  });
}
