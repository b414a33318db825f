/** Describes a job's failure to its owner. */
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Job } from '../../store/registry/index.ts';
import { isObjectLost, isStoreFailure } from '../../store/objects/s3-failure.ts';

const MOST_SHOWN = 10;

/** The failure with line and field, but without paths. */
export function failureOf(error: unknown, job: Job, code: string): NonNullable<Job['error']> {
  if (!(error instanceof AttuneError))
    return { code: 'server_error', message: 'The server failed. Its log says why.', param: null };
  if (isStoreFailure(error) || isObjectLost(error)) return storeFailure(error, job);
  const isOfFiles = /^E_(BAD|NO_ROWS|UNKNOWN_FORMAT|WRONG_ROWS|SPLIT|MESSAGES)/.test(error.code);
  const shown = error.problems.slice(0, MOST_SHOWN).map(problemText);
  const more = error.problemCount > shown.length ? [`and ${error.problemCount - shown.length} more`] : [];
  const message = [error.what, ...(error.got === undefined ? [] : [`got ${error.got}`]), ...shown, ...more].join('; ');
  const isValidation = job.validation_file !== null && message.includes(job.validation_file);
  const param = isOfFiles ? (isValidation ? 'validation_file' : 'training_file') : null;
  return {
    code: isOfFiles ? 'invalid_training_file' : code === 'invalid_training_file' ? 'invalid_job' : code,
    message: withoutPaths(message, job),
    param,
  };
}

/** Failures of the store, without the location of the server's files. */
function storeFailure(error: AttuneError, { training_file, validation_file }: Job): NonNullable<Job['error']> {
  const { code, what } = error;
  if (!isObjectLost(error)) {
    const message = `The server cannot use its store (${code}). Its log has details.`;
    return { code: 'storage_unavailable', message, param: null };
  }
  const lost = Object.entries({ training_file, validation_file }).find(([, id]) => id !== null && what.includes(id));
  const message = `A file of the job is missing or damaged on the server (${code}). Its log has details; upload the rows again.`;
  const kind = code === 'E_OBJECT_MISSING' ? 'file_content_missing' : 'file_content_damaged';
  return { code: kind, message, param: lost?.[0] ?? null };
}

/** Text of a problem: "line 4, messages[0].role: is not a role". */
function problemText({ line, field, message, fix }: Problem): string {
  const place = [...(line === undefined ? [] : [`line ${line}`]), ...(field === undefined ? [] : [field])].join(', ');
  return `${place === '' ? '' : `${place}: `}${message}${fix === undefined ? '' : ` (${fix})`}`;
}

/** Replaces paths with the names of files and models that the client knows. */
function withoutPaths(text: string, { model, recipe }: Job): string {
  const folder = recipe?.model;
  return (typeof folder === 'string' ? text.replaceAll(folder, `the model '${model}'`) : text)
    .replaceAll(/(?:\/[^\s/"';:]+)+\/(file-\w+)\.jsonl/g, '$1')
    .replaceAll(/(?:\/[\w.-]+){2,}/g, '(a file on the server)');
}
