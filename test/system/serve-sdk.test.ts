// Requests with every field that OpenAI's package documents, as its generated tests send them. Their values are made
// up, so a server can only answer by ignoring fields that it does not support.
import { join } from 'node:path';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, tinyFolder, writeTinySentences, type TestServer } from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
  files = await tinyFolder();
  const vectors = writeTinySentences(join(files.folder, 'vectors'), ['fox', 'dog', 'lamp']);
  const aliases = { 'gpt-5.4': files.model, 'gpt-3.5-turbo-instruct': files.model, 'text-embedding-3-small': vectors };
  server = await startServer({ aliases, unsupported: 'ignore' });
  ({ client } = server);
});
afterAll(async () => {
  await server.close();
  files.remove();
});

/** Checks a call as the package's tests do: the raw reply and the parsed one. */
async function expectWhole(
  call: {
    asResponse(): Promise<Response>;
    withResponse(): Promise<{ data: unknown; response: Response }>;
  } & PromiseLike<unknown>,
) {
  const [raw, value] = [await call.asResponse(), await call];
  expect(raw).toBeInstanceOf(Response);
  expect(raw.headers.get('x-request-id')).toMatch(/^req_/);
  const both = await call.withResponse();
  expect([both.data, both.response]).toEqual([value, raw]);
}

const tool = {
  function: { name: 'name', description: 'description', parameters: { foo: 'bar' }, strict: false },
  type: 'function' as const,
};

describe('calls of the openai package with all of their fields', () => {
  it('chat completions', async () => {
    await expectWhole(
      client.chat.completions.create({
        model: 'gpt-5.4',
        messages: [{ content: 'string', role: 'developer' }],
        max_tokens: 4,
      }),
    );
    const body = {
      model: 'gpt-5.4',
      messages: [{ content: 'string', role: 'developer' as const, name: 'name' }],
      audio: { format: 'wav' as const, voice: 'alloy' },
      frequency_penalty: -2,
      function_call: 'none' as const,
      functions: [{ name: 'name', description: 'description', parameters: { foo: 'bar' } }],
      logit_bias: { foo: 0 },
      logprobs: true,
      max_completion_tokens: 0,
      max_tokens: 0,
      metadata: { foo: 'string' },
      modalities: ['text' as const],
      n: 1,
      parallel_tool_calls: true,
      prediction: { content: 'string', type: 'content' as const },
      presence_penalty: -2,
      prompt_cache_key: 'prompt-cache-key-1234',
      reasoning_effort: 'none' as const,
      response_format: { type: 'text' as const },
      safety_identifier: 'safety-identifier-1234',
      seed: -9007199254740991,
      service_tier: 'auto' as const,
      stop: '\n',
      store: true,
      stream: false as const,
      stream_options: { include_obfuscation: true, include_usage: true },
      temperature: 1,
      tool_choice: 'none' as const,
      tools: [tool],
      top_logprobs: 0,
      top_p: 1,
      user: 'user-1234',
      verbosity: 'low' as const,
      web_search_options: { search_context_size: 'low' as const },
    };
    expect((await client.chat.completions.create(body)).choices).toHaveLength(1);
    expect(
      (await client.chat.completions.create({ ...body, tool_choice: 'auto', max_completion_tokens: 3 })).choices,
    ).toHaveLength(1);
  });

  it('completions', async () => {
    await expectWhole(client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'This is a test.' }));
    const reply = await client.completions.create({
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'This is a test.',
      best_of: 0,
      echo: true,
      frequency_penalty: -2,
      logit_bias: { foo: 0 },
      logprobs: 0,
      max_tokens: 16,
      n: 1,
      presence_penalty: -2,
      seed: 0,
      stop: '\n',
      stream: false,
      stream_options: { include_obfuscation: true, include_usage: true },
      suffix: 'test.',
      temperature: 1,
      top_p: 1,
      user: 'user-1234',
    });
    expect(reply.choices[0].text.startsWith('This is a test.')).toBe(true);
  });

  it('embeddings, in base64 unless told otherwise', async () => {
    const model = 'text-embedding-3-small';
    await expectWhole(client.embeddings.create({ input: 'The quick brown fox', model }));
    const all = {
      input: 'The quick brown fox',
      model,
      dimensions: 1,
      encoding_format: 'float' as const,
      user: 'user-1234',
    };
    const [floats, read] = [
      await client.embeddings.create(all),
      await client.embeddings.create({ input: all.input, model }),
    ];
    expect(read.data[0].embedding).toHaveLength(64);
    expect(read.data[0].embedding).toEqual(floats.data[0].embedding);
    expect(Math.hypot(...read.data[0].embedding)).toBeCloseTo(1, 5);
    const many = await client.embeddings.create({ input: ['fox', 'dog'], model });
    expect(many.data.map(({ index }) => index)).toEqual([0, 1]);
    expect(many.usage.total_tokens).toBe(6); // each with its frame of two
    const tokens = await client.embeddings.create({ input: [[1, 2, 3]], model });
    expect(tokens.usage.prompt_tokens).toBe(3);
    await expect(client.embeddings.create({ input: [[1, 2, 300]], model })).rejects.toMatchObject({ status: 400 });
    await expect(client.embeddings.create({ input: 'a', model: 'gpt-5.4' })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_model',
    });
  });

  it('responses', async () => {
    const model = 'gpt-5.4';
    await expectWhole(client.responses.create({ model, input: 'string' }));
    const { id } = await client.responses.create({
      model,
      input: 'string',
      background: true,
      include: ['file_search_call.results'],
      store: true,
      truncation: 'auto',
      service_tier: 'flex',
      max_tool_calls: 3,
    });
    await expectWhole(client.responses.retrieve(id));
    await expectWhole(client.responses.cancel(id));
    await expectWhole(client.responses.inputItems.list(id));
    await expect(client.responses.retrieve(id, {}, { path: '/_stainless_unknown_path' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('models', async () => {
    await expectWhole(client.models.list());
    await expectWhole(client.models.retrieve('gpt-5.4'));
    await expect(client.models.delete('gpt-5.4')).rejects.toMatchObject({ status: 403 });
  });
});

describe('reranking by vectors', () => {
  it('puts a text that is the query first', async () => {
    const body = JSON.stringify({ model: 'text-embedding-3-small', query: 'fox', documents: ['dog', 'fox', 'lamp'] });
    const reply = await fetch(`${server.url}/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { results } = (await reply.json()) as { results: { index: number; relevance_score: number }[] };
    expect(results[0].index).toBe(1);
    expect(results[0].relevance_score).toBeCloseTo(1, 5);
  });
});
