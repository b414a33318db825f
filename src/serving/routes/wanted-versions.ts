/** Versions that the registry wants served. */
import {
  aliasesOf,
  findVersions,
  openRollouts,
  permissionsOf,
  readPersonalName,
  registeredModels,
  versionName,
  versionsInUse,
  type ModelVersion,
  type Registry,
  type Rollout,
} from '../../store/registry/index.ts';

export interface WantedModel {
  name: string;
  owner?: string;
  /** Pseudonym of the user who owns the model. */
  user?: string;
  /** Version numbers by alias. */
  aliases: Record<string, number>;
  /** By number: versions that an alias, a rollout or a possible rollback refers to. */
  versions: Map<number, ModelVersion>;
  rollout?: Rollout;
}

/** Served name of a version; models of an API key have a single version, under the model's name. */
export function servedId({ name, owner }: Pick<WantedModel, 'name' | 'owner'>, version: number): string {
  return owner === undefined ? versionName({ model: name, version }) : name;
}

/** @param isWanted selects the registered models that this server serves */
export async function wantedModels(
  registry: Registry,
  isWanted: (model: { owner: string | null }) => boolean,
): Promise<WantedModel[]> {
  const models = (await registeredModels(registry)).filter(isWanted);
  const rollouts = await openRollouts(registry);
  return Promise.all(
    models.map(async ({ name, owner }) => {
      const aliases = await aliasesOf(registry, name);
      const rollout = rollouts.find(({ model }) => model === name);
      const known = [...(await versionsInUse(registry, name, rollouts))];
      const versions = known.length === 0 ? [] : await findVersions(registry, name, known);
      return {
        name,
        ...(owner !== null && { owner }),
        user: readPersonalName(name)?.owner,
        aliases,
        versions: new Map(versions.map((version) => [version.version, version])),
        rollout,
      };
    }),
  );
}

/** API keys with permission for each shared model. */
export async function sharedModels(registry: Registry): Promise<Map<string, Set<string>>> {
  const shared = new Map<string, Set<string>>();
  for (const { model, key } of await permissionsOf(registry))
    shared.set(model, (shared.get(model) ?? new Set()).add(key));
  return shared;
}
