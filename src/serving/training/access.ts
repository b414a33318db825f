/** Access control for the training API: objects of other owners appear not to exist. */
import {
  batchesOf,
  filesOf,
  findFile,
  openUploads,
  findJob,
  hasEnded,
  isBatchOpen,
  jobsOf,
  type Job,
  type StoredFile,
} from '../../store/registry/index.ts';
import { ApiError } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { bytesOf } from '../../base/byte-size.ts';
import type { TrainingParts } from './training-parts.ts';

/** @throws ApiError 404 on a server without jobs */
export function trainingOf({ server: { training } }: Call): TrainingParts {
  if (training !== undefined) return training;
  const message = 'This server does not accept files or jobs. Start it with --training to enable them.';
  throw new ApiError(404, { message, code: 'training_not_served' });
}

/** @throws ApiError 404 */
export async function fileOf(call: Call, id: string, param?: string): Promise<StoredFile> {
  const file = await findFile(trainingOf(call).registry, id, call.owner);
  if (file !== undefined) return file;
  throw notFound('file', id, param);
}

/** @throws ApiError 404 */
export async function jobOf(call: Call): Promise<Job> {
  const { job_id: id } = call.params;
  const job = await findJob(trainingOf(call).registry, id, call.owner);
  if (job !== undefined) return job;
  throw notFound('fine-tuning job', id);
}

export function notFound(kind: string, id: string, param?: string): ApiError {
  const message = `There is no ${kind} '${id.slice(0, 100)}'.`;
  return new ApiError(param === undefined ? 404 : 400, {
    message,
    param,
    code: `${kind.replaceAll(/\W/g, '_')}_not_found`,
  });
}

/** @throws ApiError 429, which clients do not retry, if a key's storage is exhausted */
export async function checkStorage(call: Call, bytes: number): Promise<void> {
  const most = bytesOf(call.key?.quota?.storage ?? call.server.settings.quota.storage);
  const { registry } = trainingOf(call);
  const kept = [...(await filesOf(registry, call.owner)), ...(await openUploads(registry, call.owner))];
  const used = kept.reduce((sum, file) => sum + file.bytes, 0);
  if (used + bytes > most) throw quotaReached(`stored files use ${size(used)} of ${size(most)}`, 'Delete some');
}

/** @throws ApiError 429 */
export async function checkOpenJobs(call: Call): Promise<void> {
  const most = call.key?.quota?.jobs ?? call.server.settings.quota.jobs;
  const open = (await jobsOf(trainingOf(call).registry, call.owner)).filter((job) => !hasEnded(job)).length;
  if (open >= most) throw quotaReached(`${open} of ${most} jobs are open`, 'Cancel one, or wait');
}

/** @throws ApiError 429 */
export async function checkOpenBatches(call: Call): Promise<void> {
  const most = call.key?.quota?.jobs ?? call.server.settings.quota.jobs;
  const open = (await batchesOf(trainingOf(call).registry, call.owner)).filter(isBatchOpen).length;
  if (open >= most) throw quotaReached(`${open} of ${most} batches are open`, 'Cancel one, or wait');
}

function quotaReached(what: string, advice: string): ApiError {
  const headers = { 'x-should-retry': 'false' };
  return new ApiError(429, {
    message: `The quota of this key is exhausted: ${what}. ${advice}.`,
    code: 'insufficient_quota',
    headers,
  });
}

function size(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
