/** Models and their versions. */
import type { Selectable } from 'kysely';
import { AttuneError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { parseJson } from '../../files/json.ts';
import type { StoredFolder } from '../objects/stored-folder.ts';
import { recordAction } from './audit.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';
import { requireHeld, type Lease } from './leases.ts';
import type { Settle } from './new-objects.ts';
import type { VersionsTable } from './tables.ts';

/** A version of a model: its files, its origin, and its evaluation. */
export interface ModelVersion {
  model: string;
  version: number;
  run?: string;
  runFolder?: string;
  /** Folder of the adapter or model (absolute) at registration. */
  folder: string;
  /** Its files in the object store; undefined if they are in the folder alone. */
  stored?: StoredFolder;
  base?: string;
  /** `files`: all files of its folder except the card; undefined for older versions. */
  hashes: { weights: string; files?: string; base?: string; template?: string; data: Record<string, string> };
  verdict?: string;
  /** Results of the gate's last evaluation. */
  gate?: { isPassed: boolean; checks: readonly { name: string; outcome: string; message: string }[] };
  signOff?: { by: string; decision: string; at: string; hash: string };
  createdAt: number;
  createdBy: string;
}

export type NewVersion = Omit<ModelVersion, 'version' | 'createdAt'> & {
  owner?: string;
  /** The job that created it, whose lease this process must still hold. */
  job?: Lease;
};

/**
 * Adds a model's next version, creating the model if necessary, and moves the alias `challenger` to it. @throws
 * AttuneError E_MODEL_NAME, E_LEASE_LOST
 */
export async function addVersion(registry: Registry, given: NewVersion, settle?: Settle): Promise<ModelVersion> {
  return registry.transaction().execute(async (transaction) => {
    const { owner: _, job, ...rest } = given;
    if (job !== undefined) await requireHeld(transaction, 'jobs', job);
    await settle?.(transaction);
    await makeModel(transaction, given);
    const { last } = await transaction
      .selectFrom('versions')
      .select(({ fn }) => fn.max('version').as('last'))
      .where('model', '=', given.model)
      .executeTakeFirstOrThrow();
    const made: ModelVersion = { ...rest, version: (last ?? 0) + 1, createdAt: Date.now() };
    await transaction.insertInto('versions').values(toRow(made)).execute();
    await recordAction(transaction, {
      at: made.createdAt,
      by: given.createdBy,
      action: 'model-registered',
      subject: versionName(made),
      hashes: auditHashes(made),
      details: { folder: made.folder, run: made.run, verdict: made.verdict },
    });
    return made;
  });
}

async function makeModel(transaction: RegistryTransaction, { model, owner }: NewVersion): Promise<void> {
  checkModelName(model);
  const known = await transaction
    .selectFrom('registered_models')
    .selectAll()
    .where('name', '=', model)
    .executeTakeFirst();
  if (known === undefined) {
    const row = { name: model, owner: owner ?? null, created_at: Date.now(), deleted_at: null };
    await transaction.insertInto('registered_models').values(row).execute();
  } else if (known.deleted_at !== null || known.owner !== (owner ?? null)) {
    throw new AttuneError('E_MODEL_NAME', {
      what: `The name ${model} is taken`,
      got: known.deleted_at === null ? 'a model of another owner' : 'a deleted model',
      fix: 'choose another name',
    });
  }
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._:/-]{0,199}$/u;

function checkModelName(name: string): void {
  if (NAME.test(name)) return;
  throw new AttuneError('E_MODEL_NAME', {
    what: `"${name.slice(0, 200)}" is not a valid model name`,
    expected: 'up to 200 letters, digits and . _ : / -, starting with a letter or a digit',
  });
}

/** `tickets@3`. */
export function versionName({ model, version }: { model: string; version: number }): string {
  return `${model}@${version}`;
}

/** Hashes of a version in the form of the audit log. */
export function auditHashes({
  hashes: { weights, files, base, template, data },
}: ModelVersion): Record<string, string> {
  const ofData = Object.entries(data).map(([split, hash]) => [`data.${split}`, hash] as const);
  return {
    weights,
    ...(files && { files }),
    ...(base && { base }),
    ...(template && { template }),
    ...Object.fromEntries(ofData),
  };
}

/** All versions of a model, oldest first. @throws AttuneError E_MODEL_UNREGISTERED */
export async function versionsOf(registry: Registry, model: string): Promise<ModelVersion[]> {
  const rows = await registry
    .selectFrom('versions')
    .selectAll()
    .where('model', '=', model)
    .orderBy('version')
    .execute();
  if (rows.length === 0) throw await unregistered(registry, model);
  return rows.map(fromRow);
}

/** One version. @throws AttuneError E_MODEL_UNREGISTERED, E_VERSION_UNKNOWN */
export async function findVersion(registry: Registry, model: string, version: number): Promise<ModelVersion> {
  return (await findVersions(registry, model, [version]))[0];
}

/** Some versions of a model, in the order given. @throws AttuneError E_MODEL_UNREGISTERED, E_VERSION_UNKNOWN */
export async function findVersions(
  registry: Registry,
  model: string,
  wanted: readonly number[],
): Promise<ModelVersion[]> {
  const versions = await versionsOf(registry, model);
  return wanted.map((version) => {
    const found = versions.find((one) => one.version === version);
    if (found !== undefined) return found;
    throw new AttuneError('E_VERSION_UNKNOWN', {
      what: `${model} has no version ${version}`,
      expected: `one of ${versions.map((one) => one.version).join(', ')}`,
    });
  });
}

/** Records later results of the gate or a person's sign-off. */
export async function recordFindings(
  registry: Registry,
  { model, version, gate, signOff }: ModelVersion,
): Promise<void> {
  await registry
    .updateTable('versions')
    .set({ gate: toJson(gate), sign_off: toJson(signOff) })
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
}

/** Names and owners of the registered models. */
export async function registeredModels(
  registry: Registry,
): Promise<{ name: string; owner: string | null; created_at: number }[]> {
  return registry
    .selectFrom('registered_models')
    .select(['name', 'owner', 'created_at'])
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute();
}

async function unregistered(registry: Registry, model: string): Promise<AttuneError> {
  const names = (await registeredModels(registry)).map(({ name }) => name);
  const close = nearest(model, names);
  return new AttuneError('E_MODEL_UNREGISTERED', {
    what: `No model is registered as ${model}`,
    fix:
      close === undefined
        ? `register a run's result: attune models register ${model} runs/RUN`
        : `did you mean ${close}?`,
  });
}

function toRow(made: ModelVersion): VersionsTable {
  const { hashes } = made;
  return {
    model: made.model,
    version: made.version,
    run: made.run ?? null,
    run_folder: made.runFolder ?? null,
    folder: made.folder,
    stored: toJson(made.stored),
    base: made.base ?? null,
    weights_hash: hashes.weights,
    base_hash: hashes.base ?? null,
    template_hash: hashes.template ?? null,
    files_hash: hashes.files ?? null,
    data_hashes: JSON.stringify(hashes.data),
    verdict: made.verdict ?? null,
    gate: toJson(made.gate),
    sign_off: toJson(made.signOff),
    created_at: made.createdAt,
    created_by: made.createdBy,
  };
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function fromRow(row: Selectable<VersionsTable>): ModelVersion {
  const optional = <Value>(value: Value | null): Value | undefined => value ?? undefined;
  return {
    model: row.model,
    version: row.version,
    run: optional(row.run),
    runFolder: optional(row.run_folder),
    folder: row.folder,
    ...(row.stored !== null && { stored: parseJson(row.stored) as StoredFolder }),
    base: optional(row.base),
    hashes: {
      weights: row.weights_hash,
      files: optional(row.files_hash),
      base: optional(row.base_hash),
      template: optional(row.template_hash),
      data: parseJson(row.data_hashes) as Record<string, string>,
    },
    verdict: optional(row.verdict),
    gate: row.gate === null ? undefined : (parseJson(row.gate) as ModelVersion['gate']),
    signOff: row.sign_off === null ? undefined : (parseJson(row.sign_off) as ModelVersion['signOff']),
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

/** Marks a model as deleted: its name is not reused, and its history stays in the audit log. */
export async function deleteModel(registry: Registry, model: string, by: string): Promise<void> {
  const versions = await versionsOf(registry, model);
  await registry.transaction().execute(async (transaction) => {
    const deleted = { deleted_at: Date.now() };
    await transaction.updateTable('registered_models').set(deleted).where('name', '=', model).execute();
    await transaction.deleteFrom('aliases').where('model', '=', model).execute();
    for (const version of versions)
      await recordAction(transaction, {
        by,
        action: 'model-deleted',
        subject: versionName(version),
        hashes: auditHashes(version),
      });
  });
}

/** Removes every row about a model except for the audit log's, so that its name can be used again. */
export async function purgeModel(registry: Registry, model: string, by: string): Promise<ModelVersion[]> {
  const versions = await versionsOf(registry, model);
  await registry.transaction().execute(async (transaction) => {
    for (const table of ['aliases', 'alias_history', 'rollouts', 'versions'] as const)
      await transaction.deleteFrom(table).where('model', '=', model).execute();
    await transaction.deleteFrom('registered_models').where('name', '=', model).execute();
    if (versions.length > 0) await recordAction(transaction, { by, action: 'model-purged', subject: model });
  });
  return versions;
}
