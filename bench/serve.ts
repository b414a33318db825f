import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exportRun } from '../src/app/export.ts';
import { readJson, writeJson } from '../src/files/json.ts';
import { makeModel } from './generation.ts';
import { processorSeconds } from '../tools/stress/process-usage.ts';
import { median } from '../src/base/median.ts';
import { measure, quantile, type Found, type Served, type Work } from './serve-clients.ts';
import { startProcess, startServer, type Started } from './serve-process.ts';

const options = {
  /** A workload, in place of a model's folder: its shape is filled with random weights. */
  workload: { type: 'string' },
  model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
  dtype: { type: 'string', default: 'bf16' },
  rank: { type: 'string', default: '16' },
  registered: { type: 'string', default: '100' },
  rounds: { type: 'string', default: '5' },
  threads: { type: 'string', default: '1' },
  tokens: { type: 'string', default: '64' },
  /** Number of concurrent requests in the comparison of servers; 0 skips it. */
  clients: { type: 'string', default: '1,8,32' },
  'llama-cpp': { type: 'string' },
} as const;

type Settings = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const ROWS = 8;
const PROMPT = 64;

/**
 * Measures the server over HTTP: adapters together with their base, cold adapters, and llama.cpp if requested. @returns
 * the exit code
 */
export async function benchServe(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  const temporary = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  const running: { close(): void }[] = [];
  try {
    const model =
      values.workload === undefined
        ? resolve(values.model!)
        : await makeModel(values.workload, join(temporary, 'model'));
    const folder = join(temporary, 'adapters');
    const count = values.registered!;
    ran([join(import.meta.dirname, 'serve-adapters.ts'), model, folder, count, values.rank!], values.threads!);
    const attune = await startAttune(model, { folder, values });
    running.push(attune);
    const { vocab_size: vocabulary } = readJson<{ vocab_size: number }>(join(model, 'config.json'));
    const work = { promptTokens: PROMPT, newTokens: Number(values.tokens), vocabulary };
    console.log(`${values.dtype}, ${values.threads} threads, rank ${values.rank}, ${count} adapters loaded`);
    await benchAdapters(attune, work, Number(values.rounds));
    await benchCold(attune, work, Number(values.rounds));
    const servers: Served[] = [attune];
    if (values['llama-cpp'] !== undefined) {
      const llama = await startLlama(model, { folder: values['llama-cpp'], temporary, values });
      running.push(llama);
      servers.push(llama);
    }
    await benchClients(servers, work, values);
  } finally {
    for (const one of running) one.close();
    rmSync(temporary, { recursive: true, force: true });
  }
  return 0;
}

type Shape = Omit<Work, 'models' | 'clients'>;

/** Eight rows on the base, on one adapter and on eight, in alternation; ratios are medians of the ratios per round. */
async function benchAdapters(attune: Served, shape: Shape, rounds: number): Promise<void> {
  const cases: Record<string, readonly string[]> = {
    base: Array.from({ length: ROWS }, () => 'base'),
    'one adapter': Array.from({ length: ROWS }, () => 'adapter-0'),
    'eight adapters': Array.from({ length: ROWS }, (_, row) => `adapter-${row}`),
    'seven and the base': Array.from({ length: ROWS }, (_, row) => (row === 0 ? 'base' : `adapter-${row}`)),
  };
  const found: Record<string, Found[]> = {};
  for (let round = -1; round < rounds; round++) {
    for (const [name, models] of Object.entries(cases)) {
      const one = await measure(attune, { ...shape, models, clients: ROWS });
      if (round >= 0) (found[name] ??= []).push(one);
    }
  }
  console.log("tokens a second of 8 streams: by the clock, by the processors' time");
  for (const [name, all] of Object.entries(found)) {
    const share = (other: string, key: 'wall' | 'cpu') =>
      `${(100 * median(all.map((one, round) => found[other][round][key] / one[key]))).toFixed(0)} %`;
    const rates = (['wall', 'cpu'] as const).map((key) => rateOf(all, key).padStart(7));
    const shares = ['one adapter', 'base'].map(
      (other) => `${share(other, 'wall')} (${share(other, 'cpu')}) of ${other}`,
    );
    console.log(`  ${name.padEnd(20)}${rates.join('')}   ${shares.join(', ')}`);
  }
}

/** How much later the first text comes from an adapter that has to be loaded than from a loaded one. */
async function benchCold(attune: Served, shape: Shape, rounds: number): Promise<void> {
  const [later, loading]: [number[], number[]] = [[], []];
  for (let round = 0; round < Math.max(5, rounds); round++) {
    const name = `adapter-${round}`;
    const one = { ...shape, newTokens: 2, models: [name], clients: 1 };
    await post(attune, 'unload_lora_adapter', { lora_name: name });
    const [start, before] = [performance.now(), processorSeconds(attune.pid)];
    await post(attune, 'load_lora_adapter', { lora_name: name });
    const taken = performance.now() - start;
    loading.push(1000 * (processorSeconds(attune.pid) - before));
    const [cold, warm] = [await measure(attune, one), await measure(attune, one)];
    later.push(taken + cold.firsts[0] - warm.firsts[0]);
  }
  const [clock, processors] = [later, loading].map((values) => median(values).toFixed(0));
  console.log(`first text of a cold adapter: ${clock} ms later; loading it takes ${processors} ms of the processors`);
}

async function post({ url }: Served, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  await response.text();
}

/** The base model with a number of clients; the servers alternate. */
async function benchClients(servers: readonly Served[], shape: Shape, { clients, rounds }: Settings): Promise<void> {
  console.log(
    'clients: tokens a second by the clock and by the processors, milliseconds to the first text p50 and p99',
  );
  for (const count of clients!
    .split(',')
    .map(Number)
    .filter((wanted) => wanted > 0)) {
    const models = Array.from({ length: Math.max(4, 2 * count) }, () => 'base');
    const found = new Map<string, Found[]>();
    for (let round = -1; round < Number(rounds); round++) {
      for (const server of servers) {
        const one = await measure(server, { ...shape, models, clients: count });
        if (round >= 0) found.set(server.name, [...(found.get(server.name) ?? []), one]);
      }
    }
    for (const [name, all] of found) {
      const firsts = all.flatMap((one) => one.firsts);
      const rates = (['wall', 'cpu'] as const).map((key) => rateOf(all, key).padStart(7));
      const times = [0.5, 0.99].map((share) => quantile(firsts, share).toFixed(0).padStart(7));
      console.log(`  ${String(count).padStart(3)} ${name.padEnd(12)}${rates.join('')}${times.join('')}`);
    }
  }
}

function rateOf(all: readonly Found[], key: 'wall' | 'cpu'): string {
  return median(all.map((one) => one.tokens / one[key])).toFixed(0);
}

/** All adapters are loaded before the measurement. */
async function startAttune(model: string, { folder, values }: { folder: string; values: Settings }): Promise<Started> {
  const adapters = readdirSync(folder).map((name) => ({ name, target: join(folder, name) }));
  const settings = {
    models: [{ name: 'base', target: model }, ...adapters],
    port: 0,
    monitor: false,
    precision: values.dtype,
    memory: '64GB',
    log: 'error',
  };
  const config = join(folder, 'serve.yaml');
  writeJson(config, settings);
  return startServer('attune', { config, threads: values.threads! });
}

/** llama.cpp behind the same endpoint, with as many sequences as clients. */
async function startLlama(
  model: string,
  { folder, temporary, values }: { folder: string; temporary: string; values: Settings },
): Promise<Started> {
  const gguf = join(temporary, 'gguf');
  await exportRun(model, { to: 'gguf', dtype: values.dtype as 'f32' | 'bf16', output: gguf });
  const most = Math.max(...values.clients!.split(',').map(Number));
  const script = join(import.meta.dirname, 'serve-llama-cpp.ts');
  return startProcess('llama.cpp', [script, join(gguf, 'model.gguf'), folder, String(most)], {
    ATTUNE_THREADS: values.threads!,
  });
}

function ran(script: readonly string[], threads: string): void {
  const env = { ...process.env, ATTUNE_THREADS: threads };
  const { status, stderr } = spawnSync(process.execPath, [...script], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${script[0]} ended with ${status}:\n${stderr}`);
}
