import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkLimits } from '../../scoring/endpoint/budget.ts';
import { displayPath } from '../../files/find-files.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import type { useCase, ImportedFromOpenAi, ImportedJob } from '../use-cases/import-openai.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { recipeOfJob, type JobFiles } from './job-to-recipe.ts';
import { OpenAiApi, type Json } from './openai-api.ts';
import { importCompletions } from './stored-completions.ts';

export type ImportOpenAiOptions = CallOptions<typeof useCase> & {
  /** Seconds before a transient failure is retried. Default 1. */
  firstWait?: number;
};

const OPENAI = 'https://api.openai.com/v1';

/**
 * Imports the fine-tuning jobs of an API key with their files and events, and its stored completions. Writes data
 * sets, equivalent recipes, and the command that compares the old model with the new one.
 * @throws AttuneError E_IMPORT_KEY, E_IMPORT_REFUSED, E_IMPORT_UNREADABLE, E_PRICES_WANTED, E_NOT_WRITABLE
 */
export async function importOpenAi(options: ImportOpenAiOptions = {}): Promise<ImportedFromOpenAi> {
  const { output = 'openai', baseUrl = OPENAI, prices, firstWait, signal } = options;
  const [inputPrice, outputPrice] = prices ?? [];
  const { onEvent = () => undefined } = options;
  checkLimits({ inputPrice, outputPrice });
  const onWait = (reason: string, seconds: number) =>
    onEvent({ type: 'phase-started', phase: 'download', message: `${reason}; again in ${Math.ceil(seconds)} s` });
  const api = new OpenAiApi(baseUrl, { signal, onWait, firstWait });
  const jobs: ImportedJob[] = [];
  for await (const job of api.list('/fine_tuning/jobs')) {
    jobs.push(await importJob(api, job, { ...options, output, baseUrl }));
    onEvent({ type: 'work-advanced', phase: 'download', done: jobs.length, unit: 'jobs' });
  }
  const completions = await importCompletions(api, join(output, 'completions'), { inputPrice, outputPrice, onEvent });
  return { folder: resolve(output), jobs, completions };
}

type JobOptions = ImportOpenAiOptions & { output: string; baseUrl: string };

async function importJob(api: OpenAiApi, job: Json, options: JobOptions): Promise<ImportedJob> {
  const { model = 'attune-base', baseUrl } = options;
  const id = safeName(job.id);
  const folder = join(options.output, 'jobs', id);
  const files: JobFiles = {
    train: await fileOf(api, job.training_file, join(folder, 'training.jsonl')),
    validation: await fileOf(api, job.validation_file, join(folder, 'validation.jsonl')),
  };
  for (const [i, result] of (Array.isArray(job.result_files) ? job.result_files : []).entries())
    await fileOf(api, result, join(folder, `result-${i + 1}.csv`));
  await writeEvents(api, String(job.id), folder);
  const { text, remarks } = recipeOfJob(job, model, files);
  const recipe = join(folder, 'recipe.yaml');
  if (text !== undefined) writeFileAtomic(recipe, text);
  // Written last, so that a job with a description is complete.
  writeJson(join(folder, 'job.json'), job);
  const tuned = typeof job.fine_tuned_model === 'string' ? job.fine_tuned_model : undefined;
  const run = join('runs', id);
  return {
    id,
    status: String(job.status),
    model: String(job.model),
    ...(tuned !== undefined && { tuned }),
    folder: resolve(folder),
    ...(text !== undefined && { recipe: resolve(recipe) }),
    ...(text !== undefined &&
      tuned !== undefined && { comparison: `attune compare ${run} ${baseUrl}#${tuned} --prices IN,OUT` }),
    remarks,
  };
}

/** A name from the server, made safe so that it cannot lead out of the folder. */
function safeName(value: unknown): string {
  const name = String(value)
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 100);
  return name === '' ? '_' : name;
}

/** @returns the path of the file relative to the recipe; undefined if it does not exist */
async function fileOf(api: OpenAiApi, id: unknown, path: string): Promise<string | undefined> {
  if (typeof id !== 'string' || id === '') return undefined;
  const isThere = existsSync(path) || (await api.download(`/files/${encodeURIComponent(id)}/content`, path));
  return isThere ? displayPath(resolve(path), process.cwd()) : undefined;
}

async function writeEvents(api: OpenAiApi, id: string, folder: string): Promise<void> {
  const path = join(folder, 'events.jsonl');
  if (existsSync(join(folder, 'job.json'))) return;
  const lines: string[] = [];
  for await (const event of api.list(`/fine_tuning/jobs/${encodeURIComponent(id)}/events`))
    lines.push(JSON.stringify(event));
  writeFileAtomic(
    path,
    lines
      .toReversed()
      .map((line) => `${line}\n`)
      .join(''),
  );
}
