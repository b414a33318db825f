// What applications for OpenAI or vLLM send in addition to common fields: hints, misspelt keys in objects, further
// endpoints.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServer, type FakeServer } from './fake-models.ts';
import { openAiClient } from './openai-client.ts';

let server: FakeServer;
beforeAll(async () => {
  server = await fakeServer({ models: ['text', 'rows'], log: 'silent' });
});
afterAll(() => server.close());

const messages = [{ role: 'user' as const, content: 'a' }];
const usual = { model: 'text', messages };
type Failure = { error?: { message: string; param: string; code: string } };

async function chat(body: object, path = '/v1/chat/completions') {
  const response = await server.send(path, { ...usual, ...body });
  return { status: response.status, ...((await response.json()) as Failure) };
}

describe('hints that change no answer', () => {
  it('are taken by chats', async () => {
    const hints = {
      store: true,
      verbosity: 'low',
      prediction: { type: 'content', content: [{ type: 'text', text: 'one' }] },
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      safety_identifier: 'u',
      service_tier: 'auto',
      stream_options: { include_obfuscation: false },
    };
    for (const [name, value] of Object.entries(hints))
      expect(await chat({ [name]: value }), name).toMatchObject({ status: 200 });
    expect(await chat({ ...hints, service_tier: 'priority' })).toMatchObject({ error: { param: 'service_tier' } });
  });

  it('are taken by responses', async () => {
    const hints = { truncation: 'auto', max_tool_calls: 3, background: false, prompt_cache_retention: 'in_memory' };
    const styles = { text: { verbosity: 'high' }, reasoning: { summary: 'auto' } };
    const response = await server.send('/v1/responses', { model: 'text', input: 'a', ...hints, ...styles });
    expect(await response.json()).toMatchObject({ status: 'completed', truncation: 'auto' });
  });
});

describe('a field that nothing follows inside an object', () => {
  const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strikt: true } };
  const tool = { type: 'function', function: { name: 'f', parameters: { anything: null }, strickt: true } };
  it.each([
    [{ messages: [{ role: 'user', content: 'a', foo: 1 }] }, 'messages[0].foo', ''],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', txt: 'b' }] }] },
      'messages[0].content[0].txt',
      'text',
    ],
    [{ stream_options: { include_usag: true } }, 'stream_options.include_usag', 'include_usage'],
    [{ response_format: format }, 'response_format.json_schema.strikt', 'strict'],
    [{ tools: [tool] }, 'tools[0].function.strickt', 'strict'],
    [{ structured_outputs: { grammar: 'a' } }, 'structured_outputs.grammar', ''],
  ])('is refused by its path: %j', async (body, path, meant) => {
    const { status, error } = await chat(body);
    expect({ status, ...error }).toMatchObject({ status: 400, param: path, code: 'unknown_parameter' });
    expect(error!.message).toContain(meant === '' ? `${path} is unknown` : `did you mean ${meant}?`);
  });

  it('is let through where it is null, comes from a reply, or the server drops such fields', async () => {
    const said = { role: 'assistant', content: 'b', refusal: null, annotations: [], function_call: null, audio: null };
    expect(await chat({ messages: [...messages, said, ...messages] })).toMatchObject({ status: 200 });
    const tolerant = await fakeServer({ models: ['text'], unsupported: 'warn' });
    const body = { ...usual, messages: [{ role: 'user', content: 'a', foo: 1 }] };
    expect((await tolerant.send('/v1/chat/completions', body)).status).toBe(200);
    expect(tolerant.log.find(({ msg }) => msg === 'fields ignored')).toMatchObject({ fields: ['messages[0].foo'] });
    expect(tolerant.state.asked.at(-1)?.prompts).toEqual([{ messages }]);
    await tolerant.close();
  });
});

it('holds answers to the schema that comes with json_object', async () => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } } };
  await chat({ response_format: { type: 'json_object', schema } });
  expect(server.state.asked.at(-1)?.sampling).toMatchObject({ constraint: { schema } });
  await server.send('/v1/responses', { model: 'text', input: 'a', text: { format: { type: 'json_object', schema } } });
  expect(server.state.asked.at(-1)?.sampling).toMatchObject({ constraint: { schema } });
});

it('refuses a result that no call precedes, by its place', async () => {
  const result = { role: 'tool', content: '1', tool_call_id: 'c' };
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const called = { role: 'assistant', content: null, tool_calls: [call] };
  expect(await chat({ messages: [...messages, called, result, result] })).toMatchObject({ status: 200 });
  expect(await chat({ messages: [...messages, result] })).toMatchObject({
    status: 400,
    error: { param: 'messages[1]' },
  });
  const other = { ...result, tool_call_id: 'd' };
  expect(await chat({ messages: [...messages, called, other] })).toMatchObject({ error: { param: 'messages[2]' } });
  expect(await chat({ messages: [...messages, called, ...messages, result] })).toMatchObject({ status: 400 });
});

describe('moderations', () => {
  it('flag insults and threats, wherever they stand in a text', async () => {
    const client = openAiClient(server.app);
    const { results, model } = await client.moderations.create({
      model: 'omni-moderation-latest',
      input: [
        'Thank you for the parcel.',
        'You are a worthless idiot.',
        `${'It is late. '.repeat(400)}I am going to kill you.`,
      ],
    });
    expect(model).toBe('attune-toxicity');
    expect(results.map(({ flagged }) => flagged)).toEqual([false, true, true]);
    expect(results[1].category_scores.harassment).toBeGreaterThan(0.95);
    const parts = [{ type: 'text' as const, text: 'You are a worthless idiot.' }];
    expect((await client.moderations.create({ input: parts })).results).toHaveLength(1);
  });

  it('refuse images and models that are not there', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:,' } };
    expect((await server.send('/v1/moderations', { input: [image] })).status).toBe(400);
    expect((await server.send('/v1/moderations', { input: 'a', model: 'text' })).status).toBe(404);
  });
});

describe('tokens', () => {
  it('are counted of texts and conversations, and read back', async () => {
    const ask = async (path: string, body: object) =>
      (await (await server.send(path, { model: 'text', ...body })).json()) as object;
    expect(await ask('/tokenize', { prompt: 'a', return_token_strs: true })).toEqual({
      count: 3,
      max_model_len: 1000,
      tokens: [1, 2, 3],
      token_strs: ['1', '2', '3'],
    });
    expect(await ask('/tokenize', { messages })).toMatchObject({ count: 3, token_strs: null });
    expect(await ask('/detokenize', { tokens: [4, 5] })).toEqual({ prompt: '4 5' });
    expect(await ask('/detokenize', { tokens: [4, 500] })).toMatchObject({ error: { param: 'tokens[1]' } });
    expect(await ask('/tokenize', {})).toMatchObject({ error: { code: 'missing_required_parameter' } });
  });
});
