import { z } from 'zod';
import { modelVersionSchema } from '../../store/registry/versions.ts';
import { aliasChangeSchema } from '../../store/registry/aliases.ts';
import { rolloutSchema } from '../../store/registry/rollouts.ts';
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

export const modelHistorySchema = z.strictObject({
  model: z.string(),
  /** Versions by alias. */
  aliases: z.record(z.string(), z.number()),
  versions: z.array(modelVersionSchema),
  /** Moves of aliases, newest first. */
  changes: z.array(aliasChangeSchema),
  /** Rollouts, newest first. */
  rollouts: z.array(rolloutSchema),
});
export type ModelHistory = z.infer<typeof modelHistorySchema>;

/** Versions of a registered model, and how its aliases moved. @throws AttuneError E_MODEL_UNREGISTERED */
export async function modelHistory(model: string): Promise<ModelHistory> {
  return withRegistry(async (registry) => ({
    model,
    versions: await versionsOf(registry, model),
    aliases: await aliasesOf(registry, model),
    changes: await aliasHistory(registry, model),
    rollouts: await rolloutsOf(registry, model),
  }));
}
