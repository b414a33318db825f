// Stored chat completions and conversations: created, listed, changed and deleted with the openai package.
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { KeptInMemory } from '../../../src/serving/kept/kept-in-memory.ts';
import { eraseUser, KeptObjects, MOST_CHARACTERS, TraceStore, type KeptStore } from '../../../src/monitoring/index.ts';
import { ApiDocument } from './api-document.ts';
import { freshStore } from '../store/postgres-server.ts';
import { fakeServer, type FakeServer } from './fake-models.ts';
import { openAiClient } from './openai-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-kept-'));
const digest = (key: string) => createHash('sha256').update(key).digest('hex');
const keys = ['shop', 'bank'].map((name) => ({ name, sha256: digest(`sk-${name}`) }));
const api_keys = join(folder, 'keys.yaml');
writeFileSync(api_keys, stringify({ keys }));

const messages = [{ role: 'user' as const, content: 'a' }];
const asked = { model: 'text', messages, store: true };

async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}

const idsOf = async (list: AsyncIterable<{ id?: string }>) => (await all(list)).map(({ id }) => id);
const refusal = (promise: PromiseLike<unknown>) =>
  Promise.resolve(promise).then(
    () => undefined,
    ({ status, code }: { status: number; code: string }) => [status, code],
  );

interface Place {
  store: KeptStore;
  erase(user: string): Promise<unknown>;
  close?(): Promise<void>;
}

const places: [name: string, open: () => Promise<Place>][] = [
  [
    'in memory',
    () => {
      const store = new KeptInMemory();
      return Promise.resolve({ store, erase: (user) => Promise.resolve(store.eraseUser(user)) });
    },
  ],
  [
    'in a database',
    async () => {
      process.env.ATTUNE_HOME = mkdtempSync(join(folder, 'home-'));
      freshStore();
      const traces = await TraceStore.open();
      return {
        store: new KeptObjects(traces, { days: 30, mostBytes: 2 ** 30 }),
        erase: (user) => eraseUser(traces, user),
        close: () => traces.close(),
      };
    },
  ],
];

describe.each(places)('%s', (_, open) => {
  let place: Place;
  let server: FakeServer;
  let [shop, bank] = [] as unknown as [OpenAI, OpenAI];
  beforeAll(async () => {
    place = await open();
    server = await fakeServer({ models: ['text'], aliases: { gpt: 'text' }, api_keys }, { kept: place.store });
    [shop, bank] = [openAiClient(server.app, 'sk-shop'), openAiClient(server.app, 'sk-bank')];
  });
  afterAll(async () => {
    await server.close();
    await place.close?.();
  });

  it('chat completions are stored where the request says so, whole and streamed, for the key alone', async () => {
    const one = await shop.chat.completions.create({ ...asked, metadata: { topic: 'a' } });
    expect(one.metadata).toEqual({ topic: 'a' });
    await shop.chat.completions.create({ ...asked, store: false });
    await shop.chat.completions.create({ model: 'text', messages });
    const two = await shop.chat.completions
      .stream({ ...asked, model: 'gpt', n: 2, metadata: { topic: 'b', who: 'c' } })
      .finalChatCompletion();
    const three = await shop.chat.completions.create({ ...asked, metadata: { topic: 'b' } });
    const stored = shop.chat.completions;
    expect(await idsOf(stored.list({ limit: 1 }))).toEqual([one.id, two.id, three.id]);
    expect(await idsOf(stored.list({ order: 'desc', limit: 2 }))).toEqual([three.id, two.id, one.id]);
    expect(await idsOf(stored.list({ after: one.id }))).toEqual([two.id, three.id]);
    expect(await idsOf(stored.list({ model: 'gpt' }))).toEqual([two.id]);
    expect(await idsOf(stored.list({ metadata: { topic: 'b' }, limit: 1 }))).toEqual([two.id, three.id]);
    expect(await idsOf(stored.list({ metadata: { topic: 'b', who: 'c' } }))).toEqual([two.id]);
    const { choices, usage, object } = await stored.retrieve(two.id);
    expect([object, usage?.completion_tokens]).toEqual(['chat.completion', 6]);
    expect(choices.map(({ message }) => message.content)).toEqual(['one two three', 'one two three']);
    const kept = await all(stored.messages.list(two.id));
    expect(kept).toEqual([{ id: `${two.id}-0`, role: 'user', content: 'a', content_parts: null }]);

    expect(await idsOf(bank.chat.completions.list())).toEqual([]);
    expect(await refusal(bank.chat.completions.retrieve(one.id))).toEqual([404, 'completion_not_found']);
    expect(await refusal(bank.chat.completions.update(one.id, { metadata: {} }))).toEqual([
      404,
      'completion_not_found',
    ]);
    expect(await refusal(bank.chat.completions.delete(one.id))).toEqual([404, 'completion_not_found']);
    expect(await refusal(all(bank.chat.completions.messages.list(one.id)))).toEqual([404, 'completion_not_found']);
    expect(await refusal(stored.list({ after: 'nothing' }))).toEqual([400, 'invalid_value']);

    expect((await stored.update(one.id, { metadata: { topic: 'z' } })).metadata).toEqual({ topic: 'z' });
    expect(await idsOf(stored.list({ metadata: { topic: 'z' } }))).toEqual([one.id]);
    expect((await stored.update(one.id, { metadata: null })).metadata).toEqual({});
    expect(await refusal(stored.update(one.id, {} as never))).toEqual([400, 'missing_required_parameter']);
    expect(await stored.delete(one.id)).toEqual({ id: one.id, object: 'chat.completion.deleted', deleted: true });
    expect(await refusal(stored.retrieve(one.id))).toEqual([404, 'completion_not_found']);
  });

  it('parts of messages are listed as parts', async () => {
    const content = [
      { type: 'text' as const, text: 'b' },
      { type: 'text' as const, text: 'c' },
    ];
    const { id } = await shop.chat.completions.create({ ...asked, messages: [...messages, { role: 'user', content }] });
    const kept = await all(shop.chat.completions.messages.list(id, { order: 'desc', limit: 1 }));
    expect(kept).toMatchObject([
      { id: `${id}-1`, content: 'b\nc', content_parts: content },
      { id: `${id}-0`, content: 'a' },
    ]);
  });

  it('conversations have items, which responses read and add to', async () => {
    const created = await shop.conversations.create({
      metadata: { topic: 'a' },
      items: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two' },
      ],
    });
    const { id } = created;
    expect(created).toMatchObject({ object: 'conversation', metadata: { topic: 'a' } });
    const { id: response, conversation } = await shop.responses.create({
      model: 'text',
      conversation: id,
      input: 'three',
    });
    expect(conversation).toEqual({ id });
    const prompt = server.state.asked.at(-1)!.prompts as { messages: { content: string }[] }[];
    expect(prompt[0].messages.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
    await shop.responses.stream({ model: 'text', conversation: { id }, input: 'four', store: false }).finalResponse();
    const list = shop.conversations.items.list(id, { order: 'asc', limit: 2 });
    const items = (await all(list)) as { id: string; content: { type: string; text: string }[] }[];
    const said = ['one', 'two', 'three', 'one two three', 'four', 'one two three'];
    expect(items.map(({ content }) => content[0].text)).toEqual(said);
    expect(items.map(({ content }) => content[0].type)).toEqual([
      'input_text',
      'output_text',
      'input_text',
      'output_text',
      'input_text',
      'output_text',
    ]);
    expect((await shop.responses.retrieve(response)).output[0].id).toBe(items[3].id);
    expect(await idsOf(shop.conversations.items.list(id))).toEqual(items.map((item) => item.id).toReversed());

    const added = await shop.conversations.items.create(id, {
      items: [{ type: 'function_call_output', call_id: 'c', output: 'five' }],
    });
    const [{ id: last }] = added.data as { id: string }[];
    const where = { conversation_id: id };
    expect(await shop.conversations.items.retrieve(last, where)).toMatchObject({ output: 'five', status: 'completed' });
    expect(await shop.conversations.items.delete(last, where)).toMatchObject({ id, object: 'conversation' });
    expect(await refusal(shop.conversations.items.retrieve(last, where))).toEqual([404, 'item_not_found']);
    expect((await shop.conversations.update(id, { metadata: { topic: 'b' } })).metadata).toEqual({ topic: 'b' });
    expect((await shop.conversations.retrieve(id)).metadata).toEqual({ topic: 'b' });

    const other = await shop.conversations.create();
    const elsewhere = { conversation_id: other.id };
    expect(await refusal(shop.conversations.items.retrieve(items[0].id, elsewhere))).toEqual([404, 'item_not_found']);
    expect(await refusal(bank.conversations.retrieve(id))).toEqual([404, 'conversation_not_found']);
    expect(await refusal(bank.conversations.items.list(id))).toEqual([404, 'conversation_not_found']);
    const foreign = bank.responses.create({ model: 'text', conversation: id, input: 'x' });
    expect(await refusal(foreign)).toEqual([400, 'conversation_not_found']);
    const both = shop.responses.create({ model: 'text', conversation: id, previous_response_id: response, input: 'x' });
    expect(await refusal(both)).toEqual([400, 'invalid_value']);
    const reference = { items: [{ type: 'item_reference' as const, id: items[0].id }] };
    expect(await refusal(shop.conversations.items.create(id, reference))).toEqual([400, 'invalid_value']);

    expect(await shop.conversations.delete(id)).toEqual({ id, object: 'conversation.deleted', deleted: true });
    expect(await refusal(shop.conversations.items.list(id))).toEqual([404, 'conversation_not_found']);
    const { value } = { value: await place.store.find('item', items[0].id, 'shop') };
    expect(value).toBeUndefined();
  });

  it('go with their user, also what was said before the user was named', async () => {
    const { id: completion } = await shop.chat.completions.create({ ...asked, user: 'ann' });
    const { id: other } = await shop.chat.completions.create({ ...asked, user: 'bob' });
    const { id } = await shop.conversations.create({ items: [{ role: 'user', content: 'hello from ann' }] });
    await shop.responses.create({ model: 'text', conversation: id, input: 'a', user: 'ann', store: false });
    await shop.responses.create({ model: 'text', conversation: id, input: 'b', store: false });
    await shop.responses.create({ model: 'text', conversation: id, input: 'c', user: 'bob', store: false });
    expect(await all(shop.conversations.items.list(id))).toHaveLength(7);
    await place.erase('ann');
    expect(await refusal(shop.chat.completions.retrieve(completion))).toEqual([404, 'completion_not_found']);
    expect((await shop.chat.completions.retrieve(other)).id).toBe(other);
    expect(await refusal(shop.conversations.retrieve(id))).toEqual([404, 'conversation_not_found']);
    const wish = { kind: 'item' as const, key: 'shop', parent: id, page: { limit: 9, order: 'asc' as const } };
    expect((await place.store.list(wish))?.rows).toEqual([]);
  });

  it('a conversation is bounded', async () => {
    const { id } = await shop.conversations.create();
    const part = { kind: 'item' as const, key: 'shop', parent: id, head: {}, value: 'x'.repeat(MOST_CHARACTERS / 4) };
    for (const name of ['a', 'b', 'c'])
      expect(await place.store.add([{ ...part, id: `${id}-${name}` }])).toBeUndefined();
    await expect(place.store.add([{ ...part, id: `${id}-a`, value: '' }])).rejects.toThrow(
      /already stored|UNIQUE|duplicate key/,
    );
    expect(await place.store.add([{ ...part, id: `${id}-d` }])).toBe('too large');
    expect(await place.store.add([{ ...part, id: `${id}-e`, parent: 'conv_none' }])).toBe('gone');
    await shop.conversations.delete(id);
  });

  it('are answered as the OpenAPI document says', async () => {
    const api = new ApiDocument(await (await server.send('/openapi.json')).json());
    const headers = { authorization: 'Bearer sk-shop' };
    const completions = '/v1/chat/completions/{completion_id}';
    const { id } = await shop.chat.completions.create(asked);
    const { id: conversation } = await shop.conversations.create({ items: [{ role: 'user', content: 'a' }] });
    const [{ id: item = '' }] = await all(shop.conversations.items.list(conversation));
    for (const [path, method, body] of [
      ['/v1/chat/completions', 'get'],
      [completions, 'get'],
      [completions, 'post', { metadata: { a: 'b' } }],
      [`${completions}/messages`, 'get'],
      [completions, 'delete'],
      ['/v1/conversations', 'post', {}],
      ['/v1/conversations/{conversation_id}', 'get'],
      ['/v1/conversations/{conversation_id}', 'post', { metadata: null }],
      ['/v1/conversations/{conversation_id}/items', 'get'],
      ['/v1/conversations/{conversation_id}/items', 'post', { items: [{ role: 'user', content: 'a' }] }],
      ['/v1/conversations/{conversation_id}/items/{item_id}', 'get'],
      ['/v1/conversations/{conversation_id}/items/{item_id}', 'delete'],
      ['/v1/conversations/{conversation_id}', 'delete'],
    ] as [string, string, object?][]) {
      const names: Record<string, string> = { completion_id: id, conversation_id: conversation, item_id: item };
      const url = path.replaceAll(/\{(\w+)\}/g, (__, name: string) => names[name]);
      const response = await server.send(url, body, { method: method.toUpperCase(), headers });
      expect(response.status, `${method} ${path}`).toBe(200);
      expect(await api.faultsOf(response, path, method)).toEqual([]);
    }
  });
});

it('responses that an earlier version kept are read', async () => {
  const traces = await TraceStore.open(mkdtempSync(join(folder, 'traces-')));
  const user = traces.keys.hash('user ann');
  const entry = { response: { id: 'resp_1' }, input: [], conversation: [], keyName: 'shop', user: 'ann' };
  const text = await traces.keys.seal(user, 'response resp_1', entry);
  const row = { id: 'resp_1', key: 'shop', user, text, expires_at: Date.now() + 1000 };
  await traces.database.insertInto('responses').values(row).execute();
  const store = new KeptObjects(traces, { days: 30, mostBytes: 2 ** 30 });
  expect(await store.find('response', 'resp_1', 'shop')).toMatchObject({ user: 'ann', value: { input: [] } });
  expect(await store.find('response', 'resp_1', 'bank')).toBeUndefined();
  await traces.close();
});
