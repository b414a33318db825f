/** Describes a version: its parts by hash, and its evaluation. */
import { readAssessment } from '../../evaluation/assessments/assessment-files.ts';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isCheapFolder } from '../../answering/baselines/cheap-names.ts';
import { isPromptedFolder, PROMPTING } from '../../answering/prompting/kept-prompting.ts';
import { sha256, sha256File } from '../../files/hash.ts';
import { readAdapterConfig } from '../../methods/tunings/adapter-config.ts';
import { weightFiles } from '../../models/checkpoint-files.ts';
import type { ModelVersion, NewVersion } from '../../store/registry/index.ts';
import { checkSignOffs } from '../../evaluation/review/sign-offs.ts';
import { resultHash } from '../../store/result-files.ts';
import { isRunFolder, readRun } from '../../store/run-folder.ts';
import { adapterWeights, isAdapterFolder, modelFolder } from '../../answering/model/base-model.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';

type Described = Omit<NewVersion, 'model' | 'createdBy' | 'owner'>;

/**
 * Describes a run's result, an adapter or a model folder. @throws AttuneError E_MODEL_MISSING, E_RUN_UNFINISHED,
 * E_WEIGHTS_MISSING
 */
export async function describeResult(target: string): Promise<Described> {
  const folder = resultFolder(target);
  const notes = readNotes(folder);
  const base = isAdapterFolder(folder) || isPromptedFolder(folder) ? await baseOf(folder) : undefined;
  return {
    folder,
    ...(base !== undefined && { base: base.name }),
    hashes: {
      weights: await weightsHash(folder),
      files: await resultHash(folder),
      base: base === undefined ? undefined : await weightsHash(base.folder),
      template: notes?.template_hash,
      data: notes?.data_hashes ?? {},
    },
    ...(isRunFolder(target) && runFacts(target)),
  };
}

/** Facts about a result from its run's folder. */
export function runFacts(target: string): Pick<ModelVersion, 'run' | 'runFolder' | 'verdict' | 'signOff'> {
  const { id, folder } = readRun(target);
  return {
    run: id,
    runFolder: folder,
    verdict: readAssessment(folder, 'comparison')?.verdict,
    signOff: newestSignOff(folder),
  };
}

/** The newest sign-off; undefined if there is none, or the records were modified. */
export function newestSignOff(folder: string): ModelVersion['signOff'] {
  const { signOffs, problems } = checkSignOffs(folder);
  const last = problems.length === 0 ? signOffs.at(-1) : undefined;
  return last && { by: last.by, decision: last.decision, at: last.at, hash: last.hash };
}

async function baseOf(folder: string): Promise<{ name: string; folder: string } | undefined> {
  const notes = readNotes(folder);
  const name = notes?.base_model ?? (await readAdapterConfig(folder)).baseModel;
  if (name === undefined) return undefined;
  return { name, folder: modelFolder(notes?.base_folder ?? name) };
}

function wholeWeights(folder: string): string[] {
  if (isPromptedFolder(folder)) return [join(folder, PROMPTING)];
  if (!isCheapFolder(folder)) return weightFiles(folder);
  return readdirSync(folder)
    .filter((name) => name.startsWith('cheap_model'))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Hash of the weights and of the files that define how they are read. */
export async function weightsHash(folder: string): Promise<string> {
  const weights = isAdapterFolder(folder) ? [adapterWeights(folder)] : wholeWeights(folder);
  const beside = ['adapter_config.json', 'config.json'].map((name) => join(folder, name));
  const files = [...weights, ...beside.filter((path) => existsSync(path))];
  const hashes = await Promise.all(files.map(async (path) => [basename(path), await sha256File(path)]));
  return sha256(JSON.stringify(hashes));
}
