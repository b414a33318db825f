/**
 * Definition of an endpoint: one file in `endpoints/` and one line in its table. OpenAPI, validation and tests are
 * derived from it.
 */
import type { z } from '@hono/zod-openapi';
import type { FieldNames } from './attune-errors.ts';
import type { Call } from './server-call.ts';
import type { Unsupported } from './fields.ts';

/** Reply schemas, by content type. */
export interface Reply {
  description: string;
  /** Schema of `application/json`. */
  json?: z.ZodType;
  /** Schema of each event's data in `text/event-stream`. */
  events?: z.ZodType;
  /** Other textual content types. */
  texts?: readonly string[];
}

interface EndpointParts<Body> {
  method: 'get' | 'post' | 'delete';
  /** Path with parameters in braces: `/v1/models/{model}`. */
  path: string;
  tag: 'Text' | 'Models' | 'Training' | 'Other kinds' | 'Adapters' | 'Monitoring' | 'Server';
  summary: string;
  /** Whether it requires no key. */
  isOpen?: boolean;
  /** Whether it requires an admin key. */
  isAdmin?: boolean;
  /** Query parameters. */
  query?: z.ZodObject;
  /** Reply with status 200. */
  reply: Reply;
  /** How requests reach upstream models: `forwarded` unchanged, or `converted` to a request that the endpoint builds. */
  upstream?: 'forwarded' | 'converted';
  /** The endpoint's names for parts of a request, used in errors. */
  fields?: FieldNames;
  handle(call: Call<Body>): Promise<Response> | Response;
}

interface BodyParts<Schema extends z.ZodType> {
  schema: Schema;
  /** Known fields that have no effect here. */
  unsupported?: Unsupported;
  /** Whether the body is a form with files instead of JSON. */
  isForm?: boolean;
}

/** An endpoint without the type of its body. */
export interface Endpoint extends EndpointParts<unknown> {
  body?: BodyParts<z.ZodType>;
}

/** Ties the type of the body's schema to its handler. */
export function defineEndpoint<Schema extends z.ZodType>(
  endpoint: EndpointParts<z.output<Schema>> & { body?: BodyParts<Schema> },
): Endpoint {
  return endpoint as unknown as Endpoint;
}
