/** An endpoint: one file in `endpoints/` and one line in its table. OpenAPI, checks and tests follow from it. */
import type { z } from '@hono/zod-openapi';
import type { FieldNames } from './attune-errors.ts';
import type { Call } from './call.ts';
import type { Unsupported } from './fields.ts';

/** Reply schemas, by content type. */
export interface Reply {
  description: string;
  /** Schema of `application/json`. */
  json?: z.ZodType;
  /** Schema of each event's data in `text/event-stream`. */
  events?: z.ZodType;
  /** Other content types that are texts. */
  texts?: readonly string[];
}

interface EndpointParts<Body> {
  method: 'get' | 'post' | 'delete';
  /** With parameters in braces: `/v1/models/{model}`. */
  path: string;
  tag: 'Text' | 'Models' | 'Training' | 'Other kinds' | 'Adapters' | 'Monitoring' | 'Server';
  summary: string;
  /** Answered without a key. */
  isOpen?: boolean;
  /** Asks for a key that may administer the server. */
  isAdmin?: boolean;
  /** Query parameters. */
  query?: z.ZodObject;
  /** Reply with status 200. */
  reply: Reply;
  /** How models of upstream servers are asked: with the request as it is, or by a request that the endpoint makes of it. */
  upstream?: 'forwarded' | 'converted';
  /** This endpoint's names for the parts of a request, for errors. */
  fields?: FieldNames;
  handle(call: Call<Body>): Promise<Response> | Response;
}

interface BodyParts<Schema extends z.ZodType> {
  schema: Schema;
  /** Fields that clients send and nothing here follows. */
  unsupported?: Unsupported;
  /** A form with files in place of JSON. */
  isForm?: boolean;
}

/** An endpoint whatever its body is. */
export interface Endpoint extends EndpointParts<unknown> {
  body?: BodyParts<z.ZodType>;
}

/** Keeps the type of the body between its schema and what handles it. */
export function defineEndpoint<Schema extends z.ZodType>(
  endpoint: EndpointParts<z.output<Schema>> & { body?: BodyParts<Schema> },
): Endpoint {
  return endpoint as unknown as Endpoint;
}
