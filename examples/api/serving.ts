/** Serves models over a network with OpenAI's API. Run in an empty folder. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import {
  answers,
  export as exportModel,
  approve,
  keys,
  mcp,
  monitor,
  mountServer,
  serve,
  studio,
  users,
} from '../../src/app/index.ts';

// The file stores a hash; the key itself is shown once.
const { key } = await keys.create('website', { file: 'keys.yaml', model: ['gpt-4o-mini'] });
const server = await serve({
  alias: { 'gpt-4o-mini': 'attune-base' },
  port: 0,
  apiKeys: 'keys.yaml',
  settings: { log: 'silent' },
});
const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 5 });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
const reply = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', headers, body });
console.log(await reply.json());
assert.equal(reply.status, 200);
process.env.OWN_KEY = key;
const rows = ['Hello', 'What is a shell?'].map((content) => ({
  messages: [
    { role: 'user', content },
    { role: 'assistant', content: 'A program.' },
  ],
}));
const check = `${server.url}/v1`;
const options = { check, name: 'gpt-4o-mini', data: rows, keyVariable: 'OWN_KEY' };
const { equal } = await exportModel('attune-base', options);
assert.equal(equal, 2);
await server.close();

// Measurements of the answers, the answers themselves, and the deletion of a user's data.
const { versions } = await monitor('gpt-4o-mini');
assert.equal(versions[0].answers, 3);
const { data: unrated } = await answers.list('gpt-4o-mini', { unrated: true });
await answers.rate(unrated[0].id, { thumb: 'down', correction: 'A program that runs programs.' });
assert.equal((await answers.show(unrated[0].id)).feedback[0].score, 'down');
assert.equal((await users.erase('customer-4711')).traces, 0);

// The same server inside your own program.
const { app, close } = await mountServer({ models: ['attune-base'], log: 'silent' });
const own = new Hono().route('/ai', app);
const listening = createServer(getRequestListener(own.fetch)).listen(0, '127.0.0.1');
await new Promise((resolve) => {
  listening.once('listening', resolve);
});
const { port } = listening.address() as { port: number };
const models = await fetch(`http://127.0.0.1:${port}/ai/v1/models`);
assert.equal(models.status, 200);
listening.close();
await close();

// The studio, for a browser on this machine.
const pages = await studio({ port: 0 });
assert.equal((await fetch(pages.url)).status, 200);
await pages.close();

// The same as tools for an agent, for an hour; nothing waits for a person's approval yet.
const tools = await mcp({ port: 0, allow: ['read', 'compute'], for: 3_600_000 });
assert.equal((await fetch(tools.url!, { method: 'POST' })).status, 401);
await tools.close();
assert.deepEqual((await approve()).waiting, []);
