/** Local files of a job. */
import { AttuneError } from '../../base/errors.ts';
import { fetchFile, findFile, type Job, type Registry } from '../../store/registry/index.ts';
import type { ModelTable } from '../models/model-table.ts';
import type { JobTarget, JobFiles } from './training-interface.ts';

/** Fetches a job's model and files. @throws AttuneError E_MODEL_MISSING, E_JOB_FILE, E_OBJECTS… */
export async function jobTarget(
  { table, registry }: { table: ModelTable; registry: Registry },
  job: Job,
): Promise<JobTarget> {
  const target = table.find(job.model)?.target ?? job.recipe?.model;
  if (typeof target === 'string') return { job, target, files: await fetchJobFiles(registry, job) };
  throw new AttuneError('E_MODEL_MISSING', { what: `The model '${job.model}' is no longer served` });
}

/** Fetches a job's files unless they are present. @throws AttuneError E_JOB_FILE, E_OBJECTS… */
export async function fetchJobFiles(registry: Registry, job: Job): Promise<JobFiles> {
  const { owner, training_file: train, validation_file: validation } = job;
  return {
    train: await fetchOne(registry, train, owner),
    ...(validation !== null && { validation: await fetchOne(registry, validation, owner) }),
  };
}

async function fetchOne(registry: Registry, id: string, owner: string): Promise<string> {
  const file = await findFile(registry, id, owner);
  if (file !== undefined) return fetchFile(file);
  throw new AttuneError('E_JOB_FILE', {
    what: `The file ${id} was deleted or has expired`,
    fix: 'upload it again, and create another job',
  });
}
