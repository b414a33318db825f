/** What a job needs on the machine that works on it, and what it leaves for the others. */
import { AttuneError } from '../../base/errors.ts';
import { fetchFile, findFile, withRegistry, type Job } from '../../registry/index.ts';
import type { JobTarget } from '../../serve/index.ts';
import { baseOf, runFolder } from './job-recipe.ts';

/** The path of one of a job's files, once its bytes are here. @throws AttuneError E_JOB_FILE, E_OBJECTS… */
export async function fetchJobFile(id: string, { owner }: Pick<Job, 'owner'>): Promise<string> {
  const file = await withRegistry((registry) => findFile(registry, id, owner));
  if (file !== undefined) return fetchFile(file);
  throw new AttuneError('E_JOB_FILE', {
    what: `The file ${id} was deleted, or its time is over`,
    fix: 'upload it again, and begin another job',
  });
}

/** The recipe as it was settled, with the paths of this machine: another one may have settled it. */
export async function localRecipe({ job, target }: JobTarget): Promise<Record<string, unknown>> {
  const { data, ...recipe } = job.recipe!;
  const { validation_file: validation } = job;
  return {
    ...recipe,
    model: baseOf(job, target),
    data: {
      ...(data as Record<string, unknown>),
      train: await fetchJobFile(job.training_file, job),
      ...(validation !== null && { validation: await fetchJobFile(validation, job) }),
    },
    output_dir: runFolder(job.id),
  };
}
