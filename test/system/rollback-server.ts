// A server with a canary version whose answers are cut off, unlike the champion's.
import { join } from 'node:path';
import { models } from '../../src/app/index.ts';
import { GUARD, rollbackUnderLoad, type RollbackFound } from '../../tools/stress/rollback-requests.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { startServer, TEXTS, writeTinyAdapter } from './serve-tiny.ts';

const PROMPT = 'where is parcel 3';
const MODEL = 'parcels';

/** @param folder an empty folder for models and attune's home */
export async function rolledBack(
  folder: string,
  { requests, clients }: { requests: number; clients: number },
): Promise<RollbackFound & { reason?: string; champion?: number }> {
  const home = process.env.ATTUNE_HOME;
  process.env.ATTUNE_HOME = join(folder, 'home');
  const base = join(folder, 'tiny');
  await writeTinyModel(base, TEXTS, 2048);
  const [first, second] = [3, 4].map((seed) => writeTinyAdapter(join(folder, `adapter-${seed}`), base, { seed }));
  for (const adapter of [first, second]) await models.register(MODEL, adapter);
  await models.promote(MODEL, 1, { force: 'the first one' });
  const server = await startServer({ models: [], registry: true, monitor: false });
  try {
    const stop = await beginningOf(server.url);
    await models.promote(MODEL, 2, { force: 'a trial', canary: 0.3, guard: [GUARD] });
    while (!(await isTried(server.url))) continue;
    const found = await rollbackUnderLoad({ url: server.url, model: MODEL, prompt: PROMPT, stop, requests, clients });
    const { aliases, rollouts } = await models.history(MODEL);
    return { ...found, reason: rollouts[0].reason, champion: aliases.champion };
  } finally {
    await server.close();
    if (home === undefined) delete process.env.ATTUNE_HOME;
    else process.env.ATTUNE_HOME = home;
  }
}

async function complete(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ model: MODEL, prompt: PROMPT, temperature: 0, max_tokens: 4 });
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

/** Beginning of version 1's answer; as the stop text, it ends that version's answers. */
async function beginningOf(url: string): Promise<string> {
  const { choices } = (await (await complete(url)).json()) as { choices: { text: string }[] };
  return choices[0].text.slice(0, 3);
}

/** Whether the version is loaded, from which point on it gets its share of requests. */
async function isTried(url: string): Promise<boolean> {
  const response = await complete(url, { 'x-attune-route': `${MODEL}@2` });
  await response.arrayBuffer();
  return response.headers.get('x-attune-model-version') === `${MODEL}@2`;
}
