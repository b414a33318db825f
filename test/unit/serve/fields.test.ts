// Fields of vLLM's that requests may have: what reaches the model, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServer, type FakeServer } from './fake-models.ts';

let server: FakeServer;
beforeAll(async () => {
  server = await fakeServer({ models: ['text'], log: 'silent' });
});
afterAll(() => server.close());

const messages = [{ role: 'user' as const, content: 'a' }];
const tools = [{ type: 'function', function: { name: 'f' } }];

/** What the model was asked, or the error's status, param and code. */
async function ask(path: string, body: object) {
  const response = await server.send(path, { model: 'text', ...body });
  const { error } = (await response.json()) as { error?: { param: string; code: string; message: string } };
  return error === undefined ? server.state.asked.at(-1)! : { status: response.status, ...error };
}

const chat = (body: object) => ask('/v1/chat/completions', { messages, ...body });
const complete = (body: object) => ask('/v1/completions', { prompt: 'a', ...body });

describe('min_tokens', () => {
  it('is the least length of an answer', async () => {
    expect(await chat({ min_tokens: 3 })).toMatchObject({ sampling: { minNewTokens: 3 } });
    expect(await complete({ min_tokens: 16 })).toMatchObject({ sampling: { minNewTokens: 16 } });
    expect(await complete({ min_tokens: 0, max_tokens: 0 })).not.toHaveProperty('status');
  });

  it.each<[object, RegExp]>([
    [{ min_tokens: 5, max_tokens: 4 }, /may have 4 tokens/],
    [{ min_tokens: 2, guided_regex: 'a+' }, /guided_regex says where the answer ends/],
    [{ min_tokens: 2, tools, tool_choice: 'required' }, /tool has to be called/],
  ])('is refused in %j', async (body, message) => {
    const refused = {
      status: 400,
      param: 'min_tokens',
      code: 'invalid_value',
      message: expect.stringMatching(message),
    };
    expect(await chat(body)).toEqual({ type: 'invalid_request_error', ...refused });
  });
});
