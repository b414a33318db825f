// Behaviour that scripts with the openai package rely on besides replies: retries, and automatic paging of lists.
import type OpenAI from 'openai';
import { BadRequestError, RateLimitError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { fakeServer } from './fake-models.ts';
import { openAiClient } from './openai-client.ts';
import { ROWS, trainingServer, type TrainingServer } from './training-server.ts';

const asked = { model: 'text', messages: [{ role: 'user' as const, content: 'a' }] };

describe('a client with its usual retries', () => {
  it('is answered after a refusal for want of room, and told what will not change at once', async () => {
    let refusals = 1;
    const full = () => (refusals-- > 0 ? new AttuneError('E_QUEUE_FULL', { what: 'Too many wait' }) : undefined);
    const server = await fakeServer({ models: ['text'] }, { fails: full });
    const client = openAiClient(server.app);
    const { data, request_id: id } = await client.chat.completions.create(asked).withResponse();
    expect(data.choices[0].message.content).toBe('one two three');
    expect(id).toMatch(/^req_/);
    expect(server.state.asked).toHaveLength(2);
    refusals = 1;
    const error = await client.chat.completions.create(asked, { maxRetries: 0 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', requestID: expect.stringMatching(/^req_/) as string });
    const before = server.state.asked.length;
    await expect(client.chat.completions.create({ ...asked, temperature: 9 })).rejects.toBeInstanceOf(BadRequestError);
    expect(server.state.asked).toHaveLength(before);
    await server.close();
  });
});

describe('lists of the training API', () => {
  let server: TrainingServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await trainingServer();
    client = openAiClient(server.app, 'sk-shop');
  });
  afterAll(() => server.close());

  it('go on by themselves over their pages: files, jobs, evaluations and their runs', async () => {
    const shop = server.as('shop');
    const files = [await shop.upload(ROWS), await shop.upload(ROWS), await shop.upload(ROWS)];
    const idsOf = async (list: AsyncIterable<{ id: string }>) => {
      const ids: string[] = [];
      for await (const { id } of list) ids.push(id);
      return ids;
    };
    expect(await idsOf(client.files.list({ limit: 2, order: 'asc' }))).toEqual(files);
    const jobs = [];
    for (const training_file of files)
      jobs.push((await client.fineTuning.jobs.create({ model: 'text', training_file })).id);
    expect((await idsOf(client.fineTuning.jobs.list({ limit: 2 }))).toSorted()).toEqual(jobs.toSorted());
    const criterion = {
      type: 'string_check' as const,
      name: 'is',
      input: '{{ item.a }}',
      reference: 'a',
      operation: 'eq' as const,
    };
    const { id } = await client.evals.create({
      data_source_config: { type: 'custom', item_schema: { type: 'object' } },
      testing_criteria: [criterion],
    });
    const source = { type: 'file_content' as const, content: [{ item: { a: 'a' } }] };
    const runs = [];
    for (let i = 0; i < 3; i++)
      runs.push((await client.evals.runs.create(id, { data_source: { type: 'jsonl', source } })).id);
    expect((await idsOf(client.evals.runs.list(id, { limit: 2 }))).toSorted()).toEqual(runs.toSorted());
  });
});
