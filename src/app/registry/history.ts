import {
  aliasesOf,
  aliasHistory,
  rolloutsOf,
  versionsOf,
  withRegistry,
  type AliasChange,
  type ModelVersion,
  type Rollout,
} from '../../store/registry/index.ts';

export interface ModelHistory {
  model: string;
  /** Versions by alias. */
  aliases: Record<string, number>;
  versions: ModelVersion[];
  /** Moves of aliases, newest first. */
  changes: AliasChange[];
  /** Rollouts, newest first. */
  rollouts: Rollout[];
}

/** Versions of a registered model, and the history of its aliases. @throws AttuneError E_MODEL_UNREGISTERED */
export async function modelHistory(model: string): Promise<ModelHistory> {
  return withRegistry(async (registry) => ({
    model,
    versions: await versionsOf(registry, model),
    aliases: await aliasesOf(registry, model),
    changes: await aliasHistory(registry, model),
    rollouts: await rolloutsOf(registry, model),
  }));
}
