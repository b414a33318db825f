/** Internal requests, for work that clients left to the server. */
import { ApiError } from './api-error.ts';
import { Call } from './server-call.ts';
import { checked } from './check-body.ts';
import type { Endpoint } from './endpoint.ts';
import { checkFields } from './fields.ts';
import type { ServerParts } from './server-parts.ts';
import { isForwarded } from './upstream/answer-call.ts';
import { Exchange } from './watch/exchange.ts';

interface InnerRequest {
  /** The key's name; empty on a server without keys. */
  owner: string;
  body: Record<string, unknown>;
  /** Whether it counts towards usage, as a client's request does. */
  isCounted: boolean;
}

/** Creates the call that a client with the same key would make. @throws ApiError 400, 401 */
export function innerCall(
  server: ServerParts,
  endpoint: Endpoint,
  { owner, body: given, isCounted }: InnerRequest,
): Call {
  const key = server.keys?.named(owner);
  if (server.keys !== undefined && key === undefined)
    throw new ApiError(401, {
      message: 'The key of this batch or evaluation run is no longer valid.',
      code: 'invalid_api_key',
    });
  const { fields = {}, body: expected } = endpoint;
  const value = isForwarded(server, endpoint, given) ? given : read(server, expected!, given);
  if ((value as { stream?: boolean }).stream === true)
    throw new ApiError(400, {
      message: 'Streaming is not supported here.',
      param: 'stream',
      code: 'unsupported_value',
    });
  const request = new Request(`http://127.0.0.1${endpoint.path}`, { method: 'POST' });
  const exchange = new Exchange(request, endpoint.path);
  exchange.isShadow = !isCounted;
  exchange.keyName = key?.name;
  return new Call({ server, request, body: value, params: {}, key, exchange, fields, fingerprint: exchange.id });
}

function read(
  { settings }: ServerParts,
  expected: NonNullable<Endpoint['body']>,
  given: Record<string, unknown>,
): unknown {
  const { body, refusal } = checkFields(given, expected, settings.unsupported);
  return checked(expected.schema, body, refusal);
}
