import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { NotFoundError, type APIError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startServer, tinyFolder, type TestServer } from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  files = await tinyFolder();
  server = await startServer({ models: [files.model], aliases: { 'team/gpt': 'tiny' } });
  ({ client } = server);
});
afterAll(async () => {
  await server.close();
  files.remove();
});

const messages = [{ role: 'user' as const, content: 'where is parcel 3' }];
const greedy = { model: 'tiny', messages, temperature: 0, max_tokens: 8 };

describe('models', () => {
  it('are listed and described under all their names, also with a slash in them', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['tiny', 'team/gpt']);
    expect(await client.models.retrieve('team/gpt')).toMatchObject({ id: 'team/gpt', root: 'tiny', object: 'model' });
    const plain = await fetch(`${server.url}/v1/models/team/gpt`);
    expect(await plain.json()).toMatchObject({ id: 'team/gpt' });
  });

  it('that nobody serves are not found, with a code and the id of the request', async () => {
    const error = await client.models.retrieve('gpt-9').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
      type: 'invalid_request_error',
    });
    expect((error as APIError).requestID).toMatch(/^req_[0-9a-f]{32}$/);
  });
});

describe('chat completions', () => {
  it('are answered whole, the same each time without a temperature, with usage', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => client.chat.completions.create(greedy)));
    expect(one.choices).toEqual(two.choices);
    expect(one.choices[0]).toMatchObject({ index: 0, finish_reason: 'length', message: { role: 'assistant' } });
    expect(one.usage).toMatchObject({ completion_tokens: 8, total_tokens: one.usage!.prompt_tokens + 8 });
    expect(one._request_id).toMatch(/^req_/);
  });

  it('are streamed as the helper wants them, with the text of the whole answer', async () => {
    const whole = await client.chat.completions.create(greedy);
    const stream = client.chat.completions.stream({ ...greedy, stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0].message.content).toBe(whole.choices[0].message.content);
    expect(final.usage).toEqual({ ...whole.usage, prompt_tokens_details: expect.anything() as unknown });
  });

  it('draw n answers by a seed, and others without one', async () => {
    const draw = { ...greedy, temperature: 1, n: 3 };
    const [one, two, other] = await Promise.all([
      client.chat.completions.create({ ...draw, seed: 5 }),
      client.chat.completions.create({ ...draw, seed: 5 }),
      client.chat.completions.create(draw),
    ]);
    expect(one.choices).toEqual(two.choices);
    expect(one.choices).not.toEqual(other.choices);
    expect(new Set(one.choices.map(({ message }) => message.content)).size).toBe(3);
    const { prompt_tokens: prompt, completion_tokens: answer } = one.usage!;
    expect({ prompt, answer }).toEqual({
      prompt: (await client.chat.completions.create(greedy)).usage!.prompt_tokens,
      answer: 24,
    });
  });

  it('tell log-probabilities, the same whole and streamed', async () => {
    const asked = { ...greedy, logprobs: true, top_logprobs: 3 };
    const whole = await client.chat.completions.create(asked);
    const content = whole.choices[0].logprobs!.content!;
    expect(content).toHaveLength(8);
    for (const { token, bytes, logprob, top_logprobs: top } of content) {
      expect(top).toHaveLength(3);
      expect(top[0].logprob).toBe(logprob);
      expect(bytes === null ? token : Buffer.from(bytes).toString()).toBe(token);
    }
    const streamed: unknown[] = [];
    for await (const { choices } of await client.chat.completions.create({ ...asked, stream: true }))
      streamed.push(...(choices[0]?.logprobs?.content ?? []));
    expect(streamed).toEqual(content);
  });

  it('end before a stop text, and count tokens without writing any', async () => {
    const whole = await client.chat.completions.create({ ...greedy, max_tokens: 20 });
    const text = whole.choices[0].message.content!;
    const stop = text.slice(4, 7);
    const stopped = await client.chat.completions.create({ ...greedy, max_tokens: 20, stop: [stop] });
    expect(stopped.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: text.slice(0, text.indexOf(stop)) },
    });
    const none = await client.chat.completions.create({ ...greedy, max_tokens: 0 });
    expect(none.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } });
    expect(none.usage).toMatchObject({ prompt_tokens: whole.usage!.prompt_tokens, completion_tokens: 0 });
  });

  it('go on in the last turn, and have a least length', async () => {
    const ask = async (fields: object) => {
      const reply = await client.chat.completions.create({
        ...greedy,
        return_token_ids: true,
        ...fields,
      } as typeof greedy);
      return reply as typeof reply & { prompt_token_ids: number[] };
    };
    const begun = [...messages, { role: 'assistant' as const, content: 'on its' }];
    const [usual, on] = [await ask({}), await ask({ messages: begun, continue_final_message: true, min_tokens: 8 })];
    expect(on.prompt_token_ids.slice(0, usual.prompt_token_ids.length)).toEqual(usual.prompt_token_ids);
    expect(on.prompt_token_ids.length).toBeGreaterThan(usual.prompt_token_ids.length);
    expect(on.usage!.completion_tokens).toBe(8);
  });

  it('fit a schema, so that the client parses them', async () => {
    const place = z.object({ where: z.enum(['home', 'shop']), days: z.number().int().min(0).max(9) });
    const parsed = await client.chat.completions.parse({
      ...greedy,
      temperature: 1,
      max_tokens: 60,
      response_format: zodResponseFormat(place, 'place'),
    });
    expect(place.parse(parsed.choices[0].message.parsed)).toEqual(parsed.choices[0].message.parsed);
  });
});

describe('tools', () => {
  const tools = ['find_parcel', 'send_parcel'].map((name) => ({
    type: 'function' as const,
    function: {
      name,
      parameters: {
        type: 'object',
        properties: { number: { type: 'integer', minimum: 0, maximum: 99 } },
        required: ['number'],
      },
    },
  }));

  it('that have to be called are called with arguments that fit', async () => {
    const { choices } = await client.chat.completions.create({
      ...greedy,
      temperature: 1,
      max_tokens: 120,
      n: 4,
      tools,
      tool_choice: 'required',
      parallel_tool_calls: false,
    });
    for (const { message, finish_reason: reason } of choices) {
      expect({ reason, content: message.content, calls: message.tool_calls?.length }).toEqual({
        reason: 'tool_calls',
        content: null,
        calls: 1,
      });
      const [call] = message.tool_calls!;
      if (call.type !== 'function') throw new Error('a call of another kind');
      expect(['find_parcel', 'send_parcel']).toContain(call.function.name);
      expect(JSON.parse(call.function.arguments)).toEqual({ number: expect.any(Number) as unknown });
    }
  });

  it('are run by the client, streamed and whole', async () => {
    for (const stream of [false, true] as const) {
      const numbers: number[] = [];
      const tool = {
        type: 'function' as const,
        function: {
          ...tools[0].function,
          parse: JSON.parse as (text: string) => { number: number },
          function: ({ number }: { number: number }) => {
            numbers.push(number);
            return `parcel ${number} is home`;
          },
        },
      };
      const asked = {
        ...greedy,
        max_tokens: 120,
        tools: [tool] as never,
        tool_choice: { type: 'function' as const, function: { name: 'find_parcel' } },
      };
      const runner = stream
        ? client.chat.completions.runTools({ ...asked, stream })
        : client.chat.completions.runTools({ ...asked, stream });
      await runner.done();
      expect(numbers).toHaveLength(1);
      expect(runner.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    }
  });
});

type WithIds = OpenAI.CompletionChoice & { token_ids: number[]; prompt_token_ids: number[] };

describe('completions', () => {
  it('echo the prompt with the log-probability of each of its tokens, without writing any', async () => {
    const asked = { model: 'tiny', prompt: 'parcel 3 is on its way', max_tokens: 0, echo: true, logprobs: 1 };
    const { choices, usage } = await client.completions.create(asked);
    const { tokens, token_logprobs: values, top_logprobs: top, text_offset: offsets } = choices[0].logprobs!;
    expect(tokens!.join('')).toBe(asked.prompt);
    expect(values![0]).toBeNull();
    expect(values!.slice(1).every((value) => value < 0)).toBe(true);
    expect(offsets!.map((place, i) => asked.prompt.slice(place, place + tokens![i].length))).toEqual(tokens);
    expect(Math.max(...Object.values(top![1]))).toBeGreaterThanOrEqual(values![1]);
    expect(usage).toMatchObject({ prompt_tokens: tokens!.length, completion_tokens: 0 });
  });

  it('say of a prompt what they say of the same tokens as an answer', async () => {
    const asked = {
      model: 'tiny',
      prompt: 'parcel 3',
      temperature: 0,
      max_tokens: 6,
      logprobs: 2,
      return_token_ids: true,
    };
    const written = (await client.completions.create(asked)).choices[0] as WithIds;
    const prompt = [...written.prompt_token_ids, ...written.token_ids];
    const read = (await client.completions.create({ ...asked, prompt, max_tokens: 0, echo: true })).choices[0];
    const last = read.logprobs!.token_logprobs!.slice(-6);
    expect(read.logprobs!.tokens!.slice(-6)).toEqual(written.logprobs!.tokens);
    for (const [i, value] of written.logprobs!.token_logprobs!.entries()) expect(last[i]).toBeCloseTo(value, 3);
  });

  it('continue tokens as they continue their text, in lists too, whole and streamed', async () => {
    const asked = { model: 'tiny', temperature: 0, max_tokens: 5 };
    const echo = await client.completions.create({
      ...asked,
      prompt: 'parcel 3 is',
      echo: true,
      logprobs: 0,
      max_tokens: 0,
    });
    expect(echo.choices[0].text).toBe('parcel 3 is');
    const texts = ['parcel 3 is', 'parcel 4 is on'];
    const both = await client.completions.create({ ...asked, prompt: texts, n: 2 });
    expect(both.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(both.choices[0].text).toBe(both.choices[1].text);
    const streamed = ['', '', '', ''];
    for await (const { choices } of await client.completions.create({ ...asked, prompt: texts, n: 2, stream: true }))
      for (const { index, text } of choices) streamed[index] += text;
    expect(streamed).toEqual(both.choices.map(({ text }) => text));
  });
});

describe('attune serve', () => {
  it('says in one line of JSON where it answers, ends what is in flight when it is stopped, and exits with 0', async () => {
    const child = spawn(resolve('bin/attune'), ['serve', files.model, '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL')); // where it has not ended by itself
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const told = JSON.parse(line.toString()) as { url: string; pid: number; models: string[] };
    expect(told).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
      pid: expect.any(Number) as unknown,
      models: ['tiny'],
    });
    const own = new OpenAI({ baseURL: `${told.url}/v1`, apiKey: 'any', maxRetries: 0 });
    while ((await fetch(`${told.url}/ready`)).status !== 200) await sleep(50);
    const stream = await own.chat.completions.create({
      ...greedy,
      max_tokens: 200,
      ignore_eos: true,
      stream: true,
    } as typeof greedy & { stream: true });
    let text = '';
    let reason: string | null = null;
    for await (const { choices } of stream) {
      if (text === '' && choices[0].delta.content) process.kill(told.pid, 'SIGTERM');
      text += choices[0].delta.content ?? '';
      reason = choices[0].finish_reason;
    }
    expect(reason).toBe('length');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  });
});
