import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/serving/endpoints/index.ts';
import { ApiDocument } from './api-document.ts';
import { fakeServer, type FakeServer } from './fake-models.ts';

let server: FakeServer;
let api: ApiDocument;
const TEMPLATE = '<tool_call></tool_call> </think>';

beforeAll(async () => {
  server = await fakeServer(
    { models: ['text', 'speech', 'rows', 'vectors', 'items', 'adapter-text'] },
    { says: '<think>well</think>one <tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>', template: TEMPLATE },
  );
  api = new ApiDocument(await (await server.send('/openapi.json')).json());
});
afterAll(() => server.close());

const messages = [{ role: 'user', content: 'hello' }];
const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const chat = { model: 'text', messages };

const bodies: [path: string, body: object][] = [
  ['/v1/chat/completions', chat],
  ['/v1/chat/completions', { ...chat, n: 2, logprobs: true, top_logprobs: 2, tools, return_token_ids: true }],
  [
    '/v1/chat/completions',
    { ...chat, stream: true, n: 2, logprobs: true, tools, stream_options: { include_usage: true } },
  ],
  ['/v1/chat/completions', { ...chat, max_tokens: 0 }],
  ['/v1/chat/completions', { model: 'text' }],
  ['/v1/completions', { model: 'text', prompt: ['a', 'b'], n: 2, logprobs: 1, echo: true }],
  ['/v1/completions', { model: 'text', prompt: [1, 2], best_of: 3, return_token_ids: true }],
  [
    '/v1/completions',
    { model: 'text', prompt: 'a', stream: true, logprobs: 1, echo: true, stream_options: { include_usage: true } },
  ],
  ['/v1/responses', { model: 'text', input: 'a', top_logprobs: 1, include: ['message.output_text.logprobs'] }],
  ['/v1/responses', { model: 'text', input: 'a', stream: true, tools: [{ type: 'function', name: 'f' }] }],
  [
    '/v1/responses',
    {
      model: 'text',
      input: 'a',
      text: { format: { type: 'json_schema', name: 'a', schema: {} } },
      reasoning: { effort: 'low' },
    },
  ],
  ['/v1/responses/input_tokens', { model: 'text', input: 'a' }],
  ['/v1/embeddings', { model: 'vectors', input: ['a', 'b'] }],
  ['/v1/embeddings', { model: 'vectors', input: 'a', encoding_format: 'base64' }],
  ['/v1/rerank', { model: 'vectors', query: 'a', documents: ['a', { text: 'b' }] }],
  ['/v1/score', { model: 'rows', text_1: 'a', text_2: ['a', 'b'] }],
  ['/v1/classify', { model: 'rows', input: ['a', { text: 'b' }] }],
  ['/v1/recommend', { model: 'items', rows: [{ items: ['a'], user: 'b' }] }],
  ['/v1/recommend', { model: 'items' }],
];

describe('the OpenAPI document', () => {
  it.each(bodies)('is what %s answers to %j', async (path, body) => {
    expect(await api.faultsOf(await server.send(path, body), path)).toEqual([]);
  });

  it.each(['/v1/models', '/health', '/ready', '/openapi.json'])('is what %s answers', async (path) => {
    expect(await api.faultsOf(await server.send(path), path, 'get')).toEqual([]);
  });

  it('is what is answered about one model and one response', async () => {
    expect(await api.faultsOf(await server.send('/v1/models/text'), '/v1/models/{model}', 'get')).toEqual([]);
    const { id } = (await (await server.send('/v1/responses', { model: 'text', input: 'a' })).json()) as { id: string };
    const path = '/v1/responses/{response_id}';
    expect(await api.faultsOf(await server.send(`/v1/responses/${id}`), path, 'get')).toEqual([]);
    expect(
      await api.faultsOf(await server.send(`/v1/responses/${id}/input_items`), `${path}/input_items`, 'get'),
    ).toEqual([]);
    expect(await api.faultsOf(await server.send(`/v1/responses/${id}/cancel`, {}), `${path}/cancel`)).toEqual([]);
    expect(
      await api.faultsOf(await server.send(`/v1/responses/${id}`, undefined, { method: 'DELETE' }), path, 'delete'),
    ).toEqual([]);
  });

  it('has every endpoint, and notices what does not fit', async () => {
    const described = Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.toSorted()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).toSorted());
    expect(await api.faultsOf(Response.json({ object: 'list', data: [{}] }), '/v1/models', 'get')).toHaveLength(1);
  });
});

describe('thoughts and calls', () => {
  it('are told apart from what is said', async () => {
    const { choices } = (await (await server.send('/v1/chat/completions', { ...chat, tools })).json()) as {
      choices: { message: object; finish_reason: string }[];
    };
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        reasoning_content: 'well',
        content: 'one ',
        tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }],
      },
    });
  });
});

it.each([
  ['/v1/embeddings', { input: '' }, 'input'],
  ['/v1/embeddings', { input: ['a', ''] }, 'input[1]'],
  ['/v1/rerank', { query: '', documents: ['a'] }, 'query'],
  ['/v1/rerank', { query: 'a', documents: ['a', { text: '' }] }, 'documents[1]'],
  ['/v1/score', { text_1: 'a', text_2: ['b', ''] }, 'text_2[1]'],
])('%s names the empty text of %j', async (path, body, param) => {
  const response = await server.send(path, { model: 'vectors', ...body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param, code: 'invalid_value' } });
});

describe('embeddings in base64', () => {
  it('are the same numbers, as little-endian f32', async () => {
    const ask = async (encoding_format: string) =>
      (
        (await (
          await server.send('/v1/embeddings', { model: 'vectors', input: ['a', 'b'], encoding_format })
        ).json()) as { data: { embedding: string & number[] }[] }
      ).data;
    const [floats, encoded] = [await ask('float'), await ask('base64')];
    expect(floats.map(({ embedding }) => embedding)).toEqual([
      [0.5, -0.25],
      [1.5, -0.25],
    ]);
    const bytes = Buffer.from(encoded[1].embedding, 'base64');
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4), bytes.length]).toEqual([1.5, -0.25, 8]);
  });
});

describe('metrics', () => {
  it("have vLLM's names, with the model as their label", async () => {
    const text = await (await server.send('/metrics')).text();
    expect(text).toMatch(/vllm:generation_tokens_total\{model_name="text"\} \d+/);
    expect(text).toMatch(/vllm:request_success_total\{model_name="text",finished_reason="stop"\} \d+/);
    expect(text).toContain('vllm:time_to_first_token_seconds_bucket{le="0.01",model_name="text"}');
    expect(text).toMatch(/vllm:num_requests_running\{model_name="text"\} 0/);
  });
});
