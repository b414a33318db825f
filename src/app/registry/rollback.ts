import {
  CHAMPION,
  earlierChampion,
  endRollout,
  moveAlias,
  openRollouts,
  versionsOf,
  withRegistry,
} from '../../store/registry/index.ts';
import { localActor } from '../../base/local-actor.ts';
import type { useCase, Rollback } from '../use-cases/models-rollback.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

/**
 * Ends the trial of a candidate; without a trial, restores the previous champion. Servers follow immediately. @throws
 * AttuneError E_MODEL_UNREGISTERED, E_NO_ROLLBACK
 */
export async function rollbackModel(model: string, options: CallOptions<typeof useCase> = {}): Promise<Rollback> {
  const { by = localActor(), reason = 'by hand' } = options;
  return withRegistry(async (registry) => {
    await versionsOf(registry, model);
    const tried = (await openRollouts(registry)).find((rollout) => rollout.model === model);
    if (tried !== undefined && (await endRollout(registry, tried, { outcome: 'rolled back', reason, by })))
      return { model, version: tried.from, from: tried.version };
    const version = await earlierChampion(registry, model);
    const move = { model, alias: CHAMPION, version, action: 'rolled back' as const, reason, by };
    const from = await moveAlias(registry, move);
    return { model, version, from: from! };
  });
}
