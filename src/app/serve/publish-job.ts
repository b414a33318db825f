/** Registers a finished job's result and checkpoints as models. */
import { cpSync, existsSync, linkSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import {
  CHAMPION,
  jobFolder,
  keyActor,
  moveAlias,
  registeredModels,
  withRegistry,
  type Job,
} from '../../store/registry/index.ts';
import type { Published } from '../../serving/index.ts';
import { listCheckpoints, type Checkpoint } from '../../store/checkpoints.ts';
import { readSafetensorsHeader } from '../../engine/tensor/safetensors.ts';
import { isAdapterFolder } from '../../answering/model/base-model.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { RESULT_NOTES, type ResultNotesFile } from '../../answering/model/result-notes.ts';
import { registerResult } from '../registry/register.ts';
import { runFolder } from './job-recipe.ts';

interface Names {
  model: string;
  checkpoint(step: number): string;
}

/** Idempotent after a crash. */
export async function publishJob(job: Job, names: Names): Promise<Published> {
  const run = runFolder(job.id);
  const result = resultFolder(run);
  const checkpoints: Published['checkpoints'] = [];
  if (isAdapterFolder(result)) {
    for (const checkpoint of listCheckpoints(run)) {
      const folder = join(jobFolder(job.id), 'checkpoints', `step-${checkpoint.step}`);
      if (!(await composeAdapter(result, checkpoint, folder))) continue;
      const model = names.checkpoint(checkpoint.step);
      await publish(model, folder, job);
      checkpoints.push({ step: checkpoint.step, model });
    }
  }
  await publish(names.model, run, job);
  return { model: names.model, checkpoints };
}

/** Registers a model of an API key; it has a single version, served under the model's name. */
async function publish(name: string, target: string, job: Job): Promise<void> {
  const { id, owner } = job;
  const by = keyActor(owner);
  const isKnown = await withRegistry(async (registry) =>
    (await registeredModels(registry)).some((one) => one.name === name),
  );
  const run = runFolder(id);
  const { version } = isKnown ? { version: 1 } : await registerResult(name, target, { owner, by, run, job });
  await withRegistry((registry) =>
    moveAlias(registry, { model: name, alias: CHAMPION, version, action: 'promoted', by, job }),
  );
}

const WEIGHTS = 'adapter_model.safetensors';

/**
 * Composes an adapter from a checkpoint's weights and the result's other files. @returns whether its tensors match
 * the result's, since some tunings train other tensors than they save
 */
async function composeAdapter(result: string, { folder, step }: Checkpoint, target: string): Promise<boolean> {
  const weights = join(folder, 'weights.safetensors');
  if (namesIn(weights) !== namesIn(join(result, WEIGHTS))) return false;
  if (existsSync(target)) return true;
  await writeWholeFolder(target, (draft) => {
    for (const name of readdirSync(result)) {
      if (name === WEIGHTS || name === 'README.md') continue;
      cpSync(join(result, name), join(draft, name), { recursive: true });
    }
    linkSync(weights, join(draft, WEIGHTS));
    const { probe: _, metrics: __, ...notes } = readJson<ResultNotesFile>(join(result, RESULT_NOTES));
    writeJson(join(draft, RESULT_NOTES), { ...notes, step, metrics: {}, folder: target });
  });
  return true;
}

function namesIn(file: string): string {
  return JSON.stringify(
    readSafetensorsHeader(file)
      .entries.map(({ name, shape }) => [name, shape])
      .toSorted(),
  );
}
