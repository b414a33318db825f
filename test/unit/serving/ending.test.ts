import { expect, it } from 'vitest';
import { listen } from '../../../src/serving/index.ts';
import { fakeServer } from './fake-models.ts';

it('a server that ends keeps no connection open for clients that go on asking', async () => {
  const server = await fakeServer({ port: 0 });
  const running = await listen({ ...server, warm: () => Promise.resolve() });
  const held = async () => (await fetch(`${running.url}/health`)).headers.get('connection');
  expect(await held()).toBe('keep-alive');
  server.parts.state.isDraining = true;
  expect(await held()).toBe('close');
  await running.close();
});
