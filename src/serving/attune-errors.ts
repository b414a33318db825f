/** Maps attune's errors to OpenAI's. */
import { table } from '../base/table.ts';
import { AttuneError, describeProblem, shortList } from '../base/errors.ts';
import { isObjectLost, isStoreFailure } from '../store/objects/s3-failure.ts';
import { ApiError, clientGone } from './api-error.ts';

interface Translation {
  status?: number;
  code: string;
  /** The invalid field of the request; `prompt` stands for the endpoint's own input field. */
  param?: string;
}

/** By error code; others are invalid requests, since users can fix an AttuneError. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  E_PROMPT_TOO_LONG: { code: 'context_length_exceeded', param: 'prompt' },
  E_CACHE_TOO_SMALL: { code: 'context_length_exceeded', param: 'prompt' },
  E_QUEUE_FULL: { status: 429, code: 'rate_limit_exceeded' },
  E_NO_TOKEN_LEFT: { code: 'invalid_value', param: 'logit_bias' },
  E_CONSTRAINT_STUCK: { code: 'invalid_value', param: 'format' },
  E_CONSTRAINT_TOO_LONG: { code: 'invalid_value', param: 'length' },
  E_CONSTRAINT_EMPTY: { code: 'invalid_schema', param: 'format' },
  E_CONSTRAINT_INVALID: { code: 'invalid_schema', param: 'format' },
  E_CONSTRAINT_TOO_LARGE: { code: 'invalid_schema', param: 'format' },
  E_CONSTRAINT_UNSPELLABLE: { code: 'invalid_schema', param: 'format' },
  E_SCHEMA_INVALID: { code: 'invalid_schema', param: 'format' },
  E_SCHEMA_UNSUPPORTED: { code: 'invalid_schema', param: 'format' },
  E_REGEX_INVALID: { code: 'invalid_regex', param: 'format' },
  E_REGEX_UNSUPPORTED: { code: 'invalid_regex', param: 'format' },
  E_GRADER_COST: { code: 'grader_too_expensive', param: 'grader' },
  E_TEMPLATE_KWARGS: { code: 'invalid_value', param: 'chat_template_kwargs' },
  E_TEMPLATE_DROPS_TOOLS: { code: 'unsupported_value', param: 'tools' },
  E_TEMPLATE_DROPS_TEXT: { code: 'unsupported_value', param: 'prompt' },
  E_TEMPLATE_REFUSED: { code: 'invalid_value', param: 'prompt' },
  E_TEMPLATE_FAILED: { code: 'invalid_value', param: 'prompt' },
  E_TEMPLATE_LIMIT: { code: 'invalid_value', param: 'prompt' },
  E_TEMPLATE_MISSING: { code: 'unsupported_value', param: 'prompt' },
  E_SPEECH_LANGUAGE: { code: 'invalid_value', param: 'language' },
  E_SPEECH_TIMES: { code: 'unsupported_value', param: 'timestamp_granularities' },
  E_TASK_UNSUPPORTED: { code: 'unsupported_model', param: 'model' },
  E_WRONG_ROWS: { code: 'invalid_value', param: 'prompt' },
  E_BAD_COLUMNS: { code: 'invalid_value', param: 'prompt' },
  E_TEXT_EMPTY: { code: 'invalid_value', param: 'prompt' },
  E_BAD_ROWS: { code: 'invalid_value', param: 'prompt' },
  E_PROMPT_UNKNOWN: { code: 'invalid_value', param: 'prompt_name' },
  E_THRESHOLD: { code: 'invalid_value', param: 'threshold' },
  E_STOPPED: { status: 503, code: 'server_shutting_down' },
  E_WORKER_CRASHED: { status: 500, code: 'model_crashed' },
  E_LOGITS_NOT_FINITE: { status: 500, code: 'model_failed' },
  E_VECTOR_NOT_FINITE: { status: 500, code: 'model_failed' },
  E_CONTROL_TOKEN: { code: 'invalid_value', param: 'prompt' },
  E_OBJECT_MISSING: { status: 500, code: 'file_content_missing' },
  E_OBJECT_CHANGED: { status: 500, code: 'file_content_damaged' },
};

/** The server's files or rows are temporarily unavailable. */
const STORE: Translation = { status: 503, code: 'storage_unavailable' };
const STORE_RETRY = { 'retry-after': '5' };

/** Stops clients from retrying; without this header they retry server errors. */
const NO_RETRY = { 'x-should-retry': 'false' };

/** The API's names for attune's settings. */
const FIELDS: Readonly<Record<string, string>> = table({
  maxNewTokens: 'length',
  minNewTokens: 'min_tokens',
  stopIds: 'stop_token_ids',
  logProbs: 'top_logprobs',
});

/** The endpoint's names for parts of a request. */
export type FieldNames = Partial<Record<'prompt' | 'length' | 'format', string>>;

/** Converts any error to an API error; folders in `hidden` are replaced in its message. */
export function toApiError(
  error: unknown,
  fields: FieldNames = {},
  hidden: ReadonlyMap<string, string> = new Map(),
): ApiError {
  if (error instanceof ApiError) return error;
  if ((error as Error | undefined)?.name === 'AbortError') return clientGone();
  if (!(error instanceof AttuneError)) return ownFault(error);
  const isMedia = /^E_(AUDIO|MEDIA|FEATURES|IMAGE)/.test(error.code);
  const known = isMedia
    ? { code: 'invalid_file', param: 'file' }
    : isStoreFailure(error)
      ? STORE
      : TRANSLATIONS[error.code];
  const { status = 400, code = 'invalid_value', param } = known ?? { param: paramOf(error) };
  const named = param === undefined ? undefined : (fields[param as keyof FieldNames] ?? param);
  const words = sentence(error).replaceAll('max_new_tokens', fields.length ?? 'max_tokens');
  const message = status >= 500 ? serverMessage(error) : withoutFolders(words, hidden);
  return new ApiError(status, { message, code, param: named, headers: headersOf(error, known), cause: error });
}

function headersOf(error: AttuneError, known: Translation | undefined): Record<string, string> {
  if (known === STORE) return STORE_RETRY;
  if (known?.status === 429) return { 'retry-after': '1' };
  return isObjectLost(error) ? NO_RETRY : {};
}

function paramOf({ code, problems: [first] }: AttuneError): string | undefined {
  if (code === 'E_DECISION_QUESTIONS') return first.field;
  if (code !== 'E_GENERATION_OPTIONS' || first?.field === undefined) return undefined;
  const [name, ...rest] = first.field.split('.');
  return [FIELDS[name] ?? snakeCase(name), ...rest].join('.');
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const MOST_PROBLEMS = 10;

/** The parts of an error as one paragraph. */
function sentence({ what, got, expected, problems, problemCount, fix }: AttuneError): string {
  const { shown, more } = shortList(problems, MOST_PROBLEMS, problemCount);
  const details = [
    ...shown.map((problem) => describeProblem(withApiName(problem))),
    ...(more === undefined ? [] : [more]),
  ];
  const parts = [
    what,
    ...(got === undefined ? [] : [`got ${got}`]),
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(details.length === 0 ? [] : [details.join('; ')]),
  ].join(': ');
  return fix === undefined ? `${parts}.` : `${parts}. To fix it: ${fix}.`;
}

function withApiName<Fault extends { field?: string }>(problem: Fault): Fault {
  if (problem.field === undefined) return problem;
  const [name, ...rest] = problem.field.split('.');
  return { ...problem, field: [snakeCase(name), ...rest].join('.') };
}

function serverMessage(error: AttuneError): string {
  const { code } = error;
  if (isObjectLost({ code }))
    return (
      `The content of an uploaded file has changed on the server (${code}). The server's log says ` +
      'which file; upload it again.'
    );
  if (isStoreFailure(error))
    return `The server cannot reach its store (${code}). The server's log has details; retry later.`;
  if (code === 'E_STOPPED') return 'The server is shutting down. Retry in a moment.';
  return `The model failed (${code}). The server's log has details; the request can be retried.`;
}

function ownFault(error: unknown): ApiError {
  const message = "The server failed. Its log has the details under this request's id.";
  return new ApiError(500, { message, code: 'internal_error', cause: error });
}

function withoutFolders(message: string, hidden: ReadonlyMap<string, string>): string {
  return [...hidden].reduce((text, [folder, name]) => text.replaceAll(folder, name), message);
}
