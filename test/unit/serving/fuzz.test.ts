import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiDocument } from './api-document.ts';
import { fakeServer, type FakeServer } from './fake-models.ts';
import { requests } from './generated-requests.ts';

/** ATTUNE_FUZZ=10000 tries 10,000. */
const RUNS = Number(process.env.ATTUNE_FUZZ ?? 400);

let server: FakeServer;
let api: ApiDocument;
beforeAll(async () => {
  server = await fakeServer({ unsupported: 'warn', log: 'silent' }, { says: 'one {"name": "f", "arguments": {}} two' });
  api = new ApiDocument(server.parts.document());
});
afterAll(() => server.close());

describe('generated bodies', () => {
  it(`never break the server: ${RUNS} of them`, { timeout: 20_000 + RUNS * 50 }, async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, body }) => {
        const response = await server.send(path, undefined, { raw: JSON.stringify(body), method: 'POST' });
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        expect(response.status).toBeLessThan(500);
        expect(await api.faultsOf(response, path)).toEqual([]);
      }),
      { numRuns: RUNS, seed: 22 },
    );
    // Some must succeed, otherwise nothing was tested.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(RUNS / 20);
    expect(server.state.open).toBe(0);
  });
});
