/** The server's OpenAPI document, from its endpoints. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Endpoint } from './endpoint.ts';
import { errorReply } from './schemas/common.ts';

export function describeApi(app: OpenAPIHono, endpoints: readonly Endpoint[]): void {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  for (const endpoint of endpoints) registry.registerPath(routeOf(endpoint));
}

type Route = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];
type Content = NonNullable<Extract<Route['responses'][string], { content?: unknown }>['content']>;

function routeOf({ method, path, tag, summary, isOpen, query, body, reply }: Endpoint): Route {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const parameters = names.map((name) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: { type: 'string' as const },
  }));
  return {
    method,
    path,
    tags: [tag],
    summary,
    parameters,
    security: isOpen === true ? [] : [{ key: [] }],
    request: {
      ...(query !== undefined && { query }),
      ...(body !== undefined && {
        body: {
          required: true,
          content: { [body.isForm === true ? 'multipart/form-data' : 'application/json']: { schema: body.schema } },
        },
      }),
    },
    responses: {
      200: { description: reply.description, content: contentOf(reply) },
      default: { description: 'The error', content: { 'application/json': { schema: errorReply } } },
    },
  };
}

function contentOf({ json, events, texts = [] }: Endpoint['reply']): Content {
  return {
    ...(json !== undefined && { 'application/json': { schema: json } }),
    ...(events !== undefined && { 'text/event-stream': { schema: events } }),
    ...Object.fromEntries(texts.map((type) => [type, { schema: { type: 'string' as const } }])),
  };
}

export function apiDocument(app: OpenAPIHono): object {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'attune', version: '1', description: 'Models served by attune over an OpenAI-compatible API.' },
  });
}
