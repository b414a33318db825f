/** Answers a call here or on its upstream server, or on the fallback upstream if this server cannot. */
import type { Call } from '../server-call.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ServerParts } from '../server-parts.ts';
import { forward } from './forward.ts';
import { isUpstream, type UpstreamModel } from './upstream-models.ts';

/** Whether a body is forwarded unchanged, including unsupported fields. */
export function isForwarded({ table }: Pick<ServerParts, 'table'>, { upstream }: Endpoint, body: unknown): boolean {
  const { model } = (body ?? {}) as { model?: unknown };
  return upstream === 'forwarded' && typeof model === 'string' && isUpstream(table.find(model));
}

/** @throws ApiError, and any error of the endpoint */
export async function answerCall(endpoint: Endpoint, call: Call): Promise<Response> {
  if (!isForwarded(call.server, endpoint, call.body)) return endpoint.handle(call);
  return forward(call, call.model((call.body as { model: string }).model, 'upstream') as UpstreamModel);
}

/** Answers a client's call; if the model cannot, its fallback does. */
export async function answerClient(endpoint: Endpoint, call: Call): Promise<Response> {
  const { server, exchange } = call;
  try {
    return await answerCall(endpoint, call);
  } catch (error) {
    const fallback = endpoint.upstream === undefined ? undefined : fallbackOf(call, error);
    if (fallback === undefined) throw error;
    const { status, code } = call.told(error);
    const { id: request, askedFor: model } = exchange;
    server.log.warn({ request, model, upstream: fallback, code }, 'fallback to an upstream');
    // The failure still counts for a version in a rollout.
    server.routes?.observe(exchange, status, error);
    exchange.answers.length = 0;
    return answerCall(endpoint, call.fallingBack(fallback));
  }
}

/** Codes of failures that are unrelated to the request itself. */
const AWAY = new Set(['model_unavailable', 'model_crashed', 'upstream_failed', 'upstream_timeout']);

function fallbackOf(call: Call, error: unknown): string | undefined {
  const { server, exchange } = call;
  const { status, code } = call.told(error);
  if (status !== 429 && !AWAY.has(code)) return undefined;
  const { model, adapter_id: adapter } = call.body as { model?: string; adapter_id?: string };
  const names = [adapter ?? model, exchange.model?.id].filter((one) => one !== undefined);
  const fallbacks = new Map(Object.entries(server.settings.fallbacks));
  return names.map((name) => fallbacks.get(name)).find((one) => one !== undefined);
}
