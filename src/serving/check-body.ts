/** Reads and validates a request's body against its endpoint's schema. */
import type { z } from '@hono/zod-openapi';
import { describeIssues } from '../base/schema-issues.ts';
import { parseForTemplates } from '@attune/tables';
import { restoreSpellings, spellingsIn } from '../files/written-numbers.ts';
import { isStorable } from '../store/storable.ts';
import { ApiError } from './api-error.ts';

/** Maximum nesting depth: recursion over deeper values would overflow the stack. */
const DEEPEST = 64;
const MOST_ISSUES = 10;

/** @throws ApiError 400, 413, 415 */
export async function readJson(
  request: Request,
  mostBytes: number,
): Promise<{ value: Record<string, unknown>; text: string }> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    const message = `The body must be JSON: send content-type: application/json, not ${type === '' ? 'none' : type}.`;
    throw new ApiError(415, { message, code: 'unsupported_media_type' });
  }
  const text = textOf(await readBytes(request, mostBytes));
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ApiError(400, {
      message: `The body must be a JSON object, not ${kindOf(value)}.`,
      code: 'invalid_type',
    });
  if (isDeeper(value, DEEPEST))
    throw new ApiError(400, { message: `The body is nested deeper than ${DEEPEST} levels.`, code: 'invalid_value' });
  return { value: value as Record<string, unknown>, text };
}

/** Reads the whole body, up to a limit. @throws ApiError 413 */
export async function readBytes(request: Request, mostBytes: number): Promise<Uint8Array> {
  const length = Number(request.headers.get('content-length') ?? 0);
  if (length > mostBytes) throw tooLarge(mostBytes);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(mostBytes: number): ApiError {
  const message = `The body is larger than ${Math.floor(mostBytes / 1e6)} MB, this server's limit.`;
  // The rest of the body is left unread, so the connection cannot be reused.
  return new ApiError(413, { message, code: 'request_too_large', headers: { connection: 'close' } });
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError(400, { message: 'The body is not UTF-8.', code: 'invalid_json' });
  }
}

function parsed(text: string): unknown {
  if (text.trim() === '')
    throw new ApiError(400, { message: 'The body is empty; a JSON object is expected.', code: 'invalid_json' });
  try {
    return parseForTemplates(text);
  } catch (error) {
    const message = `The body is not valid JSON: ${(error as Error).message.replace(/\s*"[\s\S]*" is not valid JSON$/, '')}.`;
    throw new ApiError(400, { message, code: 'invalid_json' });
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `a ${typeof value}`;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}

/**
 * Parses the body by its schema; `refusal` is an earlier error to report with the others. @throws ApiError 400 with
 * all errors; `param` is the first invalid field
 */
export function checked<Schema extends z.ZodType>(schema: Schema, body: unknown, refusal?: ApiError): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) {
    if (refusal !== undefined) throw refusal;
    refuseUnstorable(body);
    restoreSpellings(result.data, spellingsIn(body));
    return result.data;
  }
  const faults = describeIssues(result.error.issues, { root: body, schema }).slice(0, MOST_ISSUES);
  const [first] = faults;
  const messages = faults.map(({ path, message, fix }) => {
    const words = fix === undefined ? message : `${message} (${fix})`;
    return path.length === 0 ? words : `${paramOf(path)} ${words}`;
  });
  const code = codeOf(result.error.issues[0], first.message);
  const message = `${messages.join('; ')}.`;
  if (refusal === undefined) throw new ApiError(400, { message, param: paramOf(first.path), code });
  throw new ApiError(400, { message: `${refusal.message} ${message}`, param: refusal.param, code: refusal.code });
}

/** Fields whose texts are passed to models or stored encrypted, so any character is allowed. */
const TEXT_FIELDS = new Set([
  'comment',
  'correction',
  'data_source',
  'documents',
  'input',
  'instructions',
  'item',
  'messages',
  'model_sample',
  'prompt',
  'query',
  'questions',
  'state',
  'stop',
  'suffix',
  'text_1',
  'text_2',
  'tools',
]);

/**
 * Rejects names, ids and labels that PostgreSQL cannot store in a text column, on SQLite too: NUL characters and
 * unpaired surrogates.
 * @throws ApiError 400
 */
export function refuseUnstorable(fields: unknown): void {
  for (const [name, value] of Object.entries(fields as object)) {
    const path = TEXT_FIELDS.has(name) ? undefined : unstorablePath(value, [name]);
    if (path === undefined) continue;
    const param = paramOf(path);
    const message = `${param} contains a NUL character or half of a surrogate pair, which is not allowed in names, ids and labels.`;
    throw new ApiError(400, { message, param, code: 'invalid_value' });
  }
}

/** Path of the first text that cannot be stored; for a key, the path of its object. */
function unstorablePath(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    if (!isStorable(key)) return path;
    const found = unstorablePath(part, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function codeOf(issue: z.core.$ZodIssue, message: string): string {
  if (message === 'is missing') return 'missing_required_parameter';
  if (issue.code === 'invalid_type') return 'invalid_type';
  return issue.code === 'unrecognized_keys' ? 'unknown_parameter' : 'invalid_value';
}

/** `messages[0].content` */
export function paramOf(path: readonly PropertyKey[]): string | undefined {
  if (path.length === 0) return undefined;
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('');
}
