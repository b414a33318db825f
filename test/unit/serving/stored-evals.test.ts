import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainingServer, type Client, type Json, type TrainingServer } from './training-server.ts';

let server: TrainingServer;
beforeAll(async () => {
  server = await trainingServer();
});
afterAll(() => server.close());

const says = {
  type: 'string_check',
  name: 'says',
  operation: 'eq',
  input: '{{ sample.output_text }}',
  reference: '{{ item.input[0].content }}',
};

/** @returns its id */
async function stored(client: Client, content: string, topic: string): Promise<string> {
  const asked = { model: 'text', messages: [{ role: 'user', content }], store: true, metadata: { topic } };
  return (await client.send('POST', '/v1/chat/completions', asked)).body.id as string;
}

async function made(client: Client, config: object = { type: 'stored_completions' }): Promise<Json> {
  return (await client.send('POST', '/v1/evals', { data_source_config: config, testing_criteria: [says] })).body;
}

/** A finished run with its items. */
async function ran(client: Client, { id }: Json, data_source: object): Promise<{ run: Json; items: Json[] }> {
  const { body } = await client.send('POST', `/v1/evals/${id}/runs`, { data_source });
  if (body.error?.param !== undefined) return { run: body, items: [] };
  const path = `/v1/evals/${id}/runs/${body.id}`;
  for (let tries = 0; tries < 500; tries++) {
    const run = (await client.send('GET', path)).body;
    if (['completed', 'failed'].includes(run.status as string))
      return { run, items: (await client.send('GET', `${path}/output_items`)).body.data };
    await sleep(10);
  }
  throw new Error('the run does not end');
}

const source = { type: 'stored_completions' };

it('score the answers that were stored, those of the key alone and as the source chooses them', async () => {
  const [shop, bank] = [server.as('shop'), server.as('bank')];
  const ids = [];
  for (const [content, topic] of [
    ['tuned', 'a'],
    ['other', 'a'],
    ['tuned', 'b'],
  ])
    ids.push(await stored(shop, content, topic));
  await stored(bank, 'tuned', 'a');
  const own = await made(shop);
  expect(own.data_source_config).toMatchObject({ type: 'stored_completions', metadata: {} });

  const whole = await ran(shop, own, { type: 'completions', source });
  expect(whole.run).toMatchObject({
    status: 'completed',
    model: '',
    result_counts: { total: 3, passed: 2, failed: 1 },
  });
  expect(whole.items.map(({ datasource_item: item }) => item.id)).toEqual(ids.toReversed());
  expect(whole.items[0]).toMatchObject({
    datasource_item: { metadata: { topic: 'b' }, input: [{ role: 'user', content: 'tuned' }] },
    sample: { output_text: 'tuned', model: 'text' },
  });
  const idsOf = async (chosen: object, one = own) => {
    const { items } = await ran(shop, one, { type: 'completions', source: { ...source, ...chosen } });
    return items.map(({ datasource_item: item }) => item.id);
  };
  expect(await idsOf({ limit: 1 })).toEqual([ids[2]]);
  expect(await idsOf({ metadata: { topic: 'a' } })).toEqual([ids[1], ids[0]]);
  expect(await idsOf({ model: 'another' })).toEqual([]);
  expect(await idsOf({ created_after: 2 ** 40 })).toEqual([]);
  expect(await idsOf({ created_before: 1 })).toEqual([]);
  expect(await idsOf({}, await made(shop, { type: 'logs', metadata: { topic: 'b' } }))).toEqual([ids[2]]);
});

it('ask another model what the stored requests asked', async () => {
  const desk = server.as('desk');
  await stored(desk, 'tuned', 'a');
  const input_messages = { type: 'item_reference', item_reference: 'item.input' };
  const asked = { type: 'completions', source, model: 'text', input_messages };
  const { run, items } = await ran(desk, await made(desk), asked);
  expect(run).toMatchObject({ model: 'text', result_counts: { total: 1, passed: 1 } });
  expect(items[0].sample).toMatchObject({
    input: [{ role: 'user', content: 'tuned' }],
    output: [{ content: 'tuned' }],
  });
});

it.each([
  [{ model: 'text' }, 'data_source.input_messages'],
  [{ sampling_params: { seed: 1 } }, 'data_source.model'],
  [{ input_messages: { type: 'item_reference', item_reference: 'item.input' } }, 'data_source.model'],
])('are refused with %j alone', async (given, param) => {
  const bank = server.as('bank');
  const { run } = await ran(bank, await made(bank), { type: 'completions', source, ...given });
  expect(run.error).toMatchObject({ param });
});
