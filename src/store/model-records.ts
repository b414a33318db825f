import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Selectable } from 'kysely';
import { parseJson } from '../files/json.ts';
import type { Index } from './index-database.ts';
import type { RunSummary } from './run-summary.ts';
import type { ModelsTable } from './index-tables.ts';

export type ModelRecord = Selectable<ModelsTable>;

/** Inserts or replaces a model. */
export async function recordModel(index: Index, model: ModelRecord): Promise<void> {
  const { id: _id, created_at: _createdAt, ...changes } = model;
  await index
    .insertInto('models')
    .values(model)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
    .execute();
}

/** Records a base that was imported or fetched into a folder, by the name that recipes call it. */
export async function recordBase(index: Index, id: string, folder: string): Promise<void> {
  await recordModel(index, { ...describeModel(folder), id, run: null, created_at: Date.now() });
}

/** Records a run's base model and, once it has finished, its result. */
export async function recordRunModels(index: Index, run: RunSummary): Promise<void> {
  // A run that failed before reading rows may have named a model that does not exist.
  if (run.model !== undefined && (run.data !== undefined || existsSync(run.model))) {
    const base = existsSync(run.model) ? resolve(run.model) : run.model;
    await index
      .insertInto('models')
      .values({ ...describeModel(base), run: null, created_at: run.createdAt })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (run.result === undefined || !existsSync(run.result)) return;
  const made = describeModel(run.result);
  const kind = made.kind === 'adapter' ? 'adapter' : 'model';
  await recordModel(index, {
    ...made,
    kind,
    base: made.base ?? run.model ?? null,
    run: run.id,
    created_at: run.updatedAt,
  });
}

/**
 * Known models, newest first. Leaves out models whose folder no longer exists, and names from which no run could
 * start.
 */
export async function listModels(index: Index): Promise<ModelRecord[]> {
  const rows = await index.selectFrom('models').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
  const runs = await index.selectFrom('runs').select(['model', 'status', 'step']).execute();
  const begun = new Set(runs.flatMap(({ model, status, step }) => (status === 'failed' && step === 0 ? [] : [model])));
  const failed = new Set(runs.map(({ model }) => model).filter((model) => !begun.has(model)));
  return rows.filter(({ id }) => (isAbsolute(id) ? existsSync(id) : !failed.has(id)));
}

/** Description from a model's folder; hub names have none. */
function describeModel(id: string): Omit<ModelRecord, 'run' | 'created_at'> {
  const adapter = readConfig(join(id, 'adapter_config.json'));
  const config = readConfig(join(id, 'config.json'));
  return {
    id,
    kind: adapter === undefined ? 'base' : 'adapter',
    base: textOrNull(adapter?.base_model_name_or_path),
    model_type: textOrNull(config?.model_type),
    bytes: weightBytes(id),
  };
}

function weightBytes(folder: string): number | null {
  if (!existsSync(folder)) return null;
  const weights = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  return weights.reduce((total, name) => total + statSync(join(folder, name)).size, 0);
}

function readConfig(path: string): Record<string, unknown> | undefined {
  try {
    return parseJson(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
