/** Errors in OpenAI's form: a status, and a body with message, type, param and code. */
import { nearest } from '../base/nearest.ts';

/** `type` in the body, by status; clients choose their exception class by the status alone. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

export interface ApiErrorParts {
  message: string;
  code: string;
  /** The invalid field of the request: `messages[0].content`. */
  param?: string;
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** Error reply to a request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, { message, code, param, headers = {}, cause }: ApiErrorParts) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.param = param;
    this.headers = headers;
  }

  get type(): string {
    if (this.code === 'insufficient_quota') return this.code;
    return TYPES[this.status] ?? (this.status >= 500 ? 'server_error' : 'invalid_request_error');
  }

  get body(): { error: { message: string; type: string; param: string | null; code: string | null } } {
    const { message, type, param, code } = this;
    return { error: { message, type, param: param ?? null, code } };
  }
}

/** Error for a field with an invalid value. */
export function invalidValue(param: string, message: string, code = 'invalid_value'): ApiError {
  return new ApiError(400, { message, param, code });
}

/** `known`: names that the client may see. */
export function modelNotFound(name: string, known: readonly string[] = []): ApiError {
  const asked = name.slice(0, LONGEST_NAME);
  const close = nearest(asked, known);
  const hint = close === undefined ? '' : ` Did you mean '${close}'?`;
  const message = `The model '${asked}' does not exist.${hint} GET /v1/models lists the models.`;
  return new ApiError(404, { message, param: 'model', code: 'model_not_found' });
}

/** Maximum length of a model name in messages. */
const LONGEST_NAME = 200;

/** The client disconnected; the status appears in logs only. */
export function clientGone(): ApiError {
  return new ApiError(499, { message: 'The client closed the connection', code: 'client_closed_request' });
}
