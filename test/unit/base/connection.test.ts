import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { unreachedBecause } from '../../../src/base/connection.ts';
import { endpointFrom } from '../../../src/scoring/endpoint/endpoint.ts';
import { endpointPredictor } from '../../../src/scoring/endpoint/endpoint-predictor.ts';
import { parseRepository, pullRepository } from '../../../src/store/hub/index.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Accepts connections and never replies. */
async function listening(): Promise<string> {
  server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => {
    server!.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closedPort(): Promise<string> {
  const address = await listening();
  await new Promise((resolve) => {
    server!.close(resolve);
  });
  return address;
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result | unknown; seconds: number }> {
  const start = performance.now();
  const result = await work().catch((error: unknown) => error);
  return { result, seconds: (performance.now() - start) / 1000 };
}

test('a port that nobody listens on is told at once', async () => {
  const { result, seconds } = await timed(async () => unreachedBecause(await closedPort()));
  expect(result).toMatch(/^nothing listens on port \d+ of 127\.0\.0\.1 \(ECONNREFUSED\)$/);
  expect(seconds).toBeLessThan(3);
});

test('a name that cannot be resolved is told in seconds', async () => {
  const { result, seconds } = await timed(() => unreachedBecause('https://no-such-host.invalid', { seconds: 2 }));
  expect(result).toMatch(/^the host name no-such-host\.invalid cannot be resolved|accepted no connection within 2 s$/);
  expect(seconds).toBeLessThan(6);
});

test('an address that swallows connections is given up after the seconds given', async () => {
  // 192.0.2.0/24 is reserved for documentation. Some networks reject it at once.
  const { result, seconds } = await timed(() => unreachedBecause('http://192.0.2.1:81', { seconds: 1 }));
  expect(result).toMatch(/192\.0\.2\.1/);
  expect(seconds).toBeLessThan(4);
});

test('whoever takes connections is reached', async () => {
  expect(await unreachedBecause(await listening())).toBeUndefined();
});

test('an endpoint that is not there costs seconds, not a minute of tries', async () => {
  const row = { kind: 'completion' as const, id: 'a', source: { file: 'r', line: 1 }, prompt: 'p', completion: 'c' };
  const endpoint = endpointFrom(`${await closedPort()}/v1`, 'm', 'TEST_KEY');
  const predictor = endpointPredictor('e', endpoint, {
    ask: (examples) => examples.map((example) => ({ example })),
    maxNewTokens: 4,
  });
  const { result, seconds } = await timed(() => predictor.predict([row]));
  expect(result).toMatchObject({ code: 'E_ENDPOINT_FAILED', got: expect.stringContaining('nothing listens on port') });
  expect(seconds).toBeLessThan(3);
});

test.each(['closed', 'silent'] as const)(
  'a hub that is %s costs seconds, and says why',
  async (kind) => {
    const endpoint = kind === 'closed' ? await closedPort() : await listening();
    const settings = { endpoint, cache: '/nowhere', token: undefined, isOffline: false };
    const request = { settings, emit: () => undefined, signal: new AbortController().signal };
    const pull = () => pullRepository(parseRepository('owner/name', 'model'), request as never);
    const { result, seconds } = await timed(pull);
    expect(result).toMatchObject({ code: 'E_HUB_UNREACHABLE' });
    expect(seconds).toBeLessThan(kind === 'closed' ? 3 : 14);
  },
  20_000,
);
