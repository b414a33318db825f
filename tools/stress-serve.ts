/**
 * `npm run stress:serve -- [--minutes 30] [--clients 12] [--model FOLDER] [--json]`: clients come, ask, leave and break
 * off, adapters are loaded and unloaded, and at the end every place has to be free, no answer may have been the server's
 * own fault, and the memory of its processes may not have grown by more than 2 % since it was warm.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomUnit } from '../src/base/random.ts';
import { writeJson } from '../src/files/json.ts';
import { residentBytes } from './stress/process-usage.ts';
import { takenPlaces, visit, type Draw, type Visited } from './stress/serve-visitors.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    clients: { type: 'string', default: '12' },
    model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
    adapters: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});

const MOST_GROWTH = 0.02;
/** Of the time: caches fill, and code is compiled. */
const WARM_UP = 0.25;

const folder = mkdtempSync(join(tmpdir(), 'attune-soak-'));
const server = await startServer();
try {
  const report = await soak(server, Number(values.minutes) * 60);
  if (values.json) console.log(JSON.stringify(report));
  else print(report);
  if (report.failures.length > 0) process.exitCode = 1;
} finally {
  server.child.kill('SIGTERM');
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
}

type Report = Awaited<ReturnType<typeof soak>>;

async function soak(visited: Visited & { pid: number }, seconds: number) {
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const counts = new Map<string, number>();
  const samples: { at: number; bytes: number }[] = [];
  const client = async (_: unknown, number: number) => {
    for (let i = 0; passed() < seconds; i++) {
      const { name, outcome } = await visit(visited, drawOf(number, i));
      const key = `${name}: ${outcome}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  };
  const watch = async () => {
    while (passed() < seconds) {
      samples.push({ at: passed(), bytes: residentBytes(visited.pid) });
      await sleep(Math.min(5000, seconds * 20));
    }
  };
  await Promise.all([watch(), ...Array.from({ length: Number(values.clients) }, client)]);
  const growth = growthOf(samples, seconds);
  const places = await takenPlaces(visited);
  const requests = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const failures = [
    ...[...counts].filter(([key]) => /: 5\d\d$/.test(key)).map(([key, count]) => `${key}, ${count} times`),
    ...(places === 0 ? [] : [`${places} places are not free`]),
    ...(growth <= MOST_GROWTH ? [] : [`memory grew by ${(100 * growth).toFixed(1)} %`]),
  ];
  const [bytes] = samples.slice(-1);
  return {
    seconds,
    requests,
    visits: Object.fromEntries([...counts].toSorted()),
    growth,
    bytes: bytes.bytes,
    places,
    failures,
  };
}

/** Every visit's own numbers. */
function drawOf(client: number, number: number): Draw {
  let drawn = 0;
  return () => randomUnit([22, `client ${client}`, number], drawn++);
}

/** The last quarter's median against the first one's after the warm-up. */
function growthOf(samples: readonly { at: number; bytes: number }[], seconds: number): number {
  const between = (from: number, to: number) => {
    const bytes = samples.filter(({ at }) => at >= from * seconds && at < to * seconds).map((sample) => sample.bytes);
    return bytes.toSorted((a, b) => a - b)[Math.floor(bytes.length / 2)];
  };
  return between(0.75, 1.01) / between(WARM_UP, 0.5) - 1;
}

function print({ seconds, requests, visits, growth, bytes, failures }: Report): void {
  for (const [key, count] of Object.entries(visits)) console.log(`${String(count).padStart(8)}  ${key}`);
  const megabytes = (bytes / 2 ** 20).toFixed(0);
  console.log(
    `${requests} visits in ${seconds} s; ${megabytes} MiB, ${(100 * growth).toFixed(1)} % more than when it was warm`,
  );
  console.log(failures.length === 0 ? 'every place is free, and nothing failed' : `failed: ${failures.join('; ')}`);
}

async function startServer() {
  const model = resolve(values.model);
  const adapters = join(folder, 'adapters');
  const count = String(Number(values.adapters) + 1);
  await ran([join(import.meta.dirname, '..', 'bench', 'serve-adapters.ts'), model, adapters, count, '8']);
  const [visiting, ...beside] = Array.from({ length: Number(count) }, (_, i) => `adapter-${i}`);
  const target = (name: string) => ({ name, target: join(adapters, name) });
  const config = join(folder, 'serve.yaml');
  const models = [{ name: 'base', target: model }, ...beside.map(target)];
  writeJson(config, { models, adapters: [target(visiting)], port: 0, log: 'error', monitor: false });
  const main = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'serve', '--json', '--config', config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const line = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  if (typeof line[0] !== 'string') throw new Error(`the server ended with ${line[0]} before it answered`);
  const { url } = JSON.parse(line[0]) as { url: string };
  while (!(await fetch(`${url}/ready`)).ok) await sleep(100);
  return { url, pid: child.pid!, models: ['base', ...beside], visiting, child, ended };
}

async function ran(script: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [...script], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${script[0]} ended with ${code}`);
}
