/** The server as a Hono app: processing that all requests share, before and after their endpoint. */
import { createHash } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Hono } from 'hono';
import { checkOrigin, corsHeaders, preflightHeaders } from './access/origins.ts';
import type { ApiKey } from './access/api-keys.ts';
import { greatest } from '../base/many.ts';
import { nearest } from '../base/nearest.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { ApiError, clientGone } from './api-error.ts';
import { toApiError } from './attune-errors.ts';
import { Call } from './server-call.ts';
import { checked, readJson, refuseUnstorable } from './check-body.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints/index.ts';
import { checkFields } from './fields.ts';
import { shuttingDown } from './models/model-pool.ts';
import { apiDocument, describeApi } from './openapi.ts';
import type { ServerParts } from './server-parts.ts';
import { answerClient, isForwarded } from './upstream/answer-call.ts';
import { bytesOf } from '../base/byte-size.ts';
import { Exchange } from './watch/exchange.ts';

/** Paths that are served normally while the server drains. */
const WHILE_DRAINING = new Set(['/health', '/ready', '/metrics']);

export function createApp(server: ServerParts): Hono {
  const app = new OpenAPIHono();
  describeApi(app, endpoints);
  let document: object | undefined;
  server.document = () => (document ??= apiDocument(app));
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => `:${name}${name === 'model' ? '{.+}' : ''}`,
    );
    app.on(endpoint.method.toUpperCase(), path, (context) => run(server, endpoint, context));
  }
  app.all('*', (context) =>
    answered(server, new Exchange(context.req.raw, 'unknown'), context, () => unknownPath(context)),
  );
  return app as unknown as Hono;
}

function run(server: ServerParts, endpoint: Endpoint, context: Context): Promise<Response> {
  const exchange = new Exchange(context.req.raw, endpoint.path);
  return answered(server, exchange, context, async () => {
    if (server.state.isDraining && !WHILE_DRAINING.has(endpoint.path)) throw shuttingDown();
    const call = await callOf(server, endpoint, { context, exchange });
    admitKey(server, endpoint, call);
    exchange.replay = (model) => replayed(endpoint, call, model);
    try {
      return await answerClient(endpoint, call);
    } catch (error) {
      throw call.told(error);
    }
  });
}

/** Counts a request towards its key's limits. @throws ApiError 429 */
function admitKey({ rates }: ServerParts, { method, tag }: Endpoint, { key, exchange, body }: Call): void {
  if (key === undefined || method !== 'post' || !OF_MODELS.has(tag)) return;
  exchange.admittance = rates.enter(key, estimatedTokens(exchange.bodyBytes, body));
}

const OF_MODELS: ReadonlySet<Endpoint['tag']> = new Set(['Text', 'Other kinds']);
const BYTES_OF_TOKEN = 4;

/** OpenAI's estimate: the tokens of the body, or the maximum length of the answer if larger. */
function estimatedTokens(bytes: number, body: unknown): number {
  const asked = (body ?? {}) as Record<string, unknown>;
  const most = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'].map((name) => Number(asked[name]) || 0);
  return greatest(most, Math.ceil(bytes / BYTES_OF_TOKEN));
}

/** Repeats the request on another version once the client has its answer; the client does not see the result. */
async function replayed(endpoint: Endpoint, call: Call, model: string) {
  const { server, request, params, key, fields } = call;
  const exchange = new Exchange(request, endpoint.path);
  exchange.isShadow = true;
  const body = { ...(call.body as object), model, stream: false, store: false };
  const own = new Request(request.url);
  const parts = { server, request: own, body, params, key, exchange, fields, fingerprint: exchange.id };
  try {
    const response = await endpoint.handle(new Call(parts));
    await response.arrayBuffer();
    return { exchange, status: response.status };
  } catch (error) {
    const told = toApiError(error);
    return { exchange, status: told.status, error: told };
  }
}

/** Handles the common parts of every reply: request id, authentication, error body, log. */
async function answered(
  server: ServerParts,
  exchange: Exchange,
  context: Context,
  work: () => Promise<Response> | Response,
): Promise<Response> {
  const { settings } = server;
  const request = context.req.raw;
  let response: Response;
  let failure: unknown;
  try {
    checkOrigin(request, settings);
    response =
      request.method === 'OPTIONS'
        ? new Response(null, { status: 204, headers: preflightHeaders(request, settings) })
        : await work();
  } catch (error) {
    failure = error;
    response = errorResponse(request.signal.aborted ? clientGone() : toApiError(error));
  }
  for (const [name, value] of Object.entries(corsHeaders(request, settings))) response.headers.set(name, value);
  response.headers.set('x-request-id', exchange.id);
  const { version, upstream, id: model } = exchange.model ?? {};
  if (upstream !== undefined) response.headers.set('x-attune-upstream', model!);
  if (version !== undefined) {
    response.headers.set('x-attune-model-version', version);
    response.headers.set('x-attune-route', version);
  }
  for (const [name, value] of Object.entries(exchange.admittance?.headers ?? {})) response.headers.set(name, value);
  response.headers.set('openai-processing-ms', String(Math.round(exchange.milliseconds)));
  response.headers.set('x-content-type-options', 'nosniff');
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
  if (!exchange.isHeld) server.finish(exchange, response.status, failure);
  return response;
}

function errorResponse(error: ApiError): Response {
  return Response.json(error.body, { status: error.status, headers: error.headers });
}

async function callOf(
  server: ServerParts,
  endpoint: Endpoint,
  { context, exchange }: { context: Context; exchange: Exchange },
): Promise<Call> {
  const request = context.req.raw;
  const key = keyOf(server, endpoint, request);
  exchange.keyName = key?.name;
  const params = context.req.param() as Record<string, string>;
  refuseUnstorable(params);
  const { body: sent, fingerprint } = await bodyOf(server, endpoint, { request, exchange });
  const body = OF_MODELS.has(endpoint.tag) ? ofKeysUser(sent, key) : sent;
  return new Call({
    server,
    request,
    body,
    params,
    key,
    exchange,
    fingerprint: `${key?.name ?? ''} ${fingerprint}`,
    fields: endpoint.fields ?? {},
  });
}

/** Sets the user of a key that belongs to one, and rejects requests for others. @throws ApiError 403 */
function ofKeysUser(body: unknown, key: ApiKey | undefined): unknown {
  if (key?.user === undefined || !isPlainObject(body)) return body;
  const { user = key.user, safety_identifier: person = key.user } = body;
  if (user === key.user && person === key.user) return { ...body, user };
  const message = 'This key belongs to one user and cannot send requests of another.';
  throw new ApiError(403, { message, param: user === key.user ? 'safety_identifier' : 'user', code: 'foreign_user' });
}

function keyOf({ keys }: ServerParts, { isOpen, isAdmin }: Endpoint, request: Request): ApiKey | undefined {
  if (isOpen === true || keys === undefined) return undefined;
  const key = keys.of(request);
  if (isAdmin !== true || key.admin === true) return key;
  throw new ApiError(403, {
    message: 'This key has no permission to administer the server.',
    code: 'insufficient_permissions',
  });
}

async function bodyOf(
  server: ServerParts,
  endpoint: Endpoint,
  { request, exchange }: { request: Request; exchange: Exchange },
): Promise<{ body: unknown; fingerprint: string }> {
  const { settings, log } = server;
  const { body: expected, path } = endpoint;
  if (expected === undefined || expected.isForm === true) return { body: undefined, fingerprint: exchange.id };
  const { value, text } = await readJson(request, bytesOf(settings.max_body));
  const fingerprint = createHash('sha256').update(`${path}\n${text}`).digest('hex');
  exchange.bodyBytes = text.length;
  if (isForwarded(server, endpoint, value)) return { body: value, fingerprint };
  const { schema, unsupported } = expected;
  const { body, dropped, refusal } = checkFields(value, { schema, unsupported }, settings.unsupported);
  if (dropped.length > 0 && settings.unsupported === 'warn')
    log.warn({ request: exchange.id, path, fields: dropped }, 'fields ignored');
  return { body: checked(schema, body, refusal), fingerprint };
}

function unknownPath(context: Context): Response {
  const { method, path } = context.req;
  const others = endpoints
    .filter((endpoint) => pattern(endpoint.path).test(path))
    .map((endpoint) => endpoint.method.toUpperCase());
  if (others.length > 0) {
    const message = `${path} accepts ${others.join(' or ')}, not ${method}.`;
    throw new ApiError(405, { message, code: 'method_not_allowed', headers: { allow: others.join(', ') } });
  }
  const asked = path.slice(0, LONGEST_PATH);
  const close = nearest(asked, [...endpoints.map((endpoint) => endpoint.path), ...endpoints.map(withoutVersion)]);
  const meant = endpoints.find((endpoint) => endpoint.path === close || withoutVersion(endpoint) === close)?.path;
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const message = `There is no endpoint ${method} ${asked}.${hint} GET /openapi.json lists all endpoints.`;
  throw new ApiError(404, { message, code: 'unknown_url' });
}

const LONGEST_PATH = 200;

/** Path for clients whose base URL lacks /v1. */
function withoutVersion({ path }: Endpoint): string {
  return path.replace(/^\/v1/, '');
}

function pattern(path: string): RegExp {
  return new RegExp(
    `^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'model' ? '.+' : '[^/]+'))}$`,
  );
}
