import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { Endpoint } from '../../../src/scoring/endpoint/endpoint.ts';
import { TokenScores } from '../../../src/scoring/endpoint/token-scores.ts';

it('requests that were lost on the way count against the limit', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end('no completion');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint: Endpoint = { url: `http://127.0.0.1:${port}/v1`, model: 'm', keyVariable: 'NO_KEY' };
  const limits = { maxTokens: 12, tries: 7, firstWait: 0.001 };
  const scores = new TokenScores(endpoint, { top: 1, concurrency: 1, timeout: 5, idOf: () => undefined, ...limits });
  const asking = scores.of([Int32Array.of(1, 2, 3)], () => undefined);
  await expect(asking).rejects.toMatchObject({ code: 'E_BUDGET_SPENT' });
  // Requests with four tokens each.
  expect(asked).toBe(3);
  server.close();
});
