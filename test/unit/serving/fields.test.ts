// vLLM's request fields: which reach the model, and which are rejected.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServer, type FakeServer } from './fake-models.ts';

let server: FakeServer;
beforeAll(async () => {
  server = await fakeServer({ models: ['text'], log: 'silent' });
});
afterAll(() => server.close());

const messages = [{ role: 'user' as const, content: 'a' }];
const tools = [{ type: 'function', function: { name: 'f' } }];

/** The request as the model received it, or the error's status, param and code. */
async function ask(path: string, body: object) {
  const response = await server.send(path, { model: 'text', ...body });
  const { error } = (await response.json()) as { error?: { param: string; code: string; message: string } };
  return error === undefined ? server.state.asked.at(-1)! : { status: response.status, ...error };
}

const chat = (body: object) => ask('/v1/chat/completions', { messages, ...body });
const complete = (body: object) => ask('/v1/completions', { prompt: 'a', ...body });

describe('continue_final_message', () => {
  const begun = [...messages, { role: 'assistant', content: 'I' }];
  const prompt = async (body: object) => (await chat(body)) as { prompts?: object[]; param?: string };

  it('goes on in the last turn, and is not asked for unless it is true', async () => {
    const { prompts } = await prompt({ messages: begun, continue_final_message: true, add_generation_prompt: false });
    expect(prompts).toEqual([{ messages: begun, continues: 'final_message' }]);
    expect((await prompt({ add_generation_prompt: false })).prompts).toEqual([{ messages, continues: 'turns' }]);
    const usual = await prompt({ add_generation_prompt: true, continue_final_message: false });
    expect(usual.prompts).toEqual([{ messages }]);
  });

  it('is refused beside add_generation_prompt, and where the last turn is no text of the assistant', async () => {
    const called = { role: 'assistant', content: 'I', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] };
    for (const body of [
      { messages: begun, add_generation_prompt: true },
      { messages },
      { messages: [...messages, { role: 'assistant', content: '' }] },
      { messages: [...messages, called] },
    ])
      expect(await chat({ ...body, continue_final_message: true })).toMatchObject({
        status: 400,
        param: 'continue_final_message',
      });
  });

  it('reads on in a thought that the turn has opened', async () => {
    const thinking = await fakeServer({ models: ['text'] }, { template: '</think>', says: 'so</think>yes' });
    const said = async (content: string) => {
      const body = { model: 'text', messages: [...messages, { role: 'assistant', content }] };
      const reply = await thinking.send('/v1/chat/completions', { ...body, continue_final_message: true });
      return ((await reply.json()) as { choices: { message: object }[] }).choices[0].message;
    };
    expect(await said('<think>I')).toMatchObject({ reasoning_content: 'so', content: 'yes' });
    expect(await said('<think>I</think> ')).toMatchObject({ content: 'so</think>yes' });
    await thinking.close();
  });
});

describe('suffix', () => {
  it('asks a model that fills gaps for the text between, which ends at its marks', async () => {
    const infill = await fakeServer({ models: ['text'] }, { infillStopIds: [0, 7] });
    const asked = async (body: object) => {
      const reply = await infill.send('/v1/completions', { model: 'text', prompt: ['a', ''], suffix: 'b', ...body });
      const { error } = (await reply.json()) as { error?: { param: string } };
      return error?.param ?? infill.state.asked.at(-1);
    };
    const prompts = [
      { prefix: 'a', suffix: 'b' },
      { prefix: '', suffix: 'b' },
    ];
    expect(await asked({})).toMatchObject({ prompts, sampling: { stopIds: [0, 7] } });
    expect(await asked({ stop_token_ids: [5] })).toMatchObject({ sampling: { stopIds: [5, 0, 7] } });
    expect(await asked({ ignore_eos: true })).toMatchObject({ prompts, sampling: { stopIds: [] } });
    expect(await asked({ guided_regex: 'a+' })).toMatchObject({ prompts, sampling: { stopIds: undefined } });
    expect(await asked({ prompt: 'a', suffix: '' })).toMatchObject({ prompts: ['a'] });
    expect(await asked({ echo: true })).toBe('echo');
    expect(await asked({ prompt: [1, 2] })).toBe('prompt');
    expect(await asked({ prompt: undefined })).toBe('prompt');
    await infill.close();
  });

  it('is refused by other models, or dropped as the settings say', async () => {
    const refused = { status: 400, param: 'suffix', code: 'unsupported_parameter' };
    expect(await complete({ suffix: 'b' })).toMatchObject(refused);
    expect(await complete({ suffix: '' })).toMatchObject({ prompts: ['a'] });
    const lenient = await fakeServer({ models: ['text'], unsupported: 'warn' });
    await lenient.send('/v1/completions', { model: 'text', prompt: 'a', suffix: 'b' });
    expect(lenient.state.asked).toMatchObject([{ prompts: ['a'] }]);
    expect(lenient.log).toContainEqual(expect.objectContaining({ fields: ['suffix'], msg: 'fields ignored' }));
    await lenient.close();
  });
});

describe('min_tokens', () => {
  it('is the least length of an answer', async () => {
    expect(await chat({ min_tokens: 3 })).toMatchObject({ sampling: { minNewTokens: 3 } });
    expect(await complete({ min_tokens: 16 })).toMatchObject({ sampling: { minNewTokens: 16 } });
    expect(await complete({ min_tokens: 0, max_tokens: 0 })).not.toHaveProperty('status');
  });

  it.each<[object, RegExp]>([
    [{ min_tokens: 5, max_tokens: 4 }, /may have at most 4 tokens/],
    [{ min_tokens: 2, guided_regex: 'a+' }, /guided_regex determines where the answer ends/],
    [{ min_tokens: 2, tools, tool_choice: 'required' }, /when a tool call is required/],
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
