/**
 * `npm run stress:serve -- [--minutes 30] [--clients 12] [--model FOLDER] [--json]`: clients connect, send requests,
 * disconnect and abort, and adapters are loaded and unloaded. At the end every slot has to be free, no request may have
 * failed through the server's fault, and the memory of its processes may not have grown by more than 2 % since the
 * warm-up.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '../src/base/median.ts';
import { randomUnit } from '../src/base/random.ts';
import { writeJson } from '../src/files/json.ts';
import { residentBytes } from './stress/process-usage.ts';
import { fillCache, takenPlaces, visit, type Draw, type Visited } from './stress/serve-visitors.ts';

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
  await fillCache(visited, drawOf(-1, 0));
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const counts = new Map<string, number>();
  const samples: Sample[] = [];
  const client = async (_: unknown, number: number) => {
    for (let i = 0; passed() < seconds; i++) {
      const { name, outcome } = await visit(visited, drawOf(number, i));
      const key = `${name}: ${outcome}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  };
  const watch = async () => {
    while (passed() < seconds) {
      samples.push(sampleOf(visited.pid, passed() / seconds));
      await sleep(Math.min(5000, seconds * 20));
    }
  };
  await Promise.all([watch(), ...Array.from({ length: Number(values.clients) }, client)]);
  const quarters = [0, 0.25, 0.5, 0.75].map((from) => medianOf(samples, from));
  const growth = total(quarters[3]) / total(quarters[1]) - 1;
  const places = await takenPlaces(visited);
  const failures = [
    ...[...counts].filter(([key]) => /: 5\d\d$/.test(key)).map(([key, count]) => `${key}, ${count} times`),
    ...(places === 0 ? [] : [`${places} places are not free`]),
    ...(growth <= MOST_GROWTH ? [] : [`memory grew by ${(100 * growth).toFixed(1)} %`]),
  ];
  return { seconds, visits: Object.fromEntries([...counts].toSorted()), quarters, growth, places, failures };
}

/** Resident bytes of the server and of the processes with models. */
interface Memory {
  server: number;
  models: number;
}

interface Sample extends Memory {
  /** Share of the time that has passed. */
  at: number;
}

function sampleOf(pid: number, at: number): Sample {
  const all = residentBytes(pid);
  const server = all.get(pid) ?? Number.NaN;
  return { at, server, models: [...all.values()].reduce((sum, bytes) => sum + bytes, 0) - server };
}

function total({ server: own, models }: Memory): number {
  return own + models;
}

/** Memory in the quarter that begins there. The first quarter is the warm-up: caches fill, and code is compiled. */
function medianOf(samples: readonly Sample[], from: number): Memory {
  const quarter = samples.filter(({ at }) => at >= from && at < from + 0.25);
  const of = (part: keyof Memory) => median(quarter.map((sample) => sample[part]));
  return { server: of('server'), models: of('models') };
}

/** Each visit has its own random numbers. */
function drawOf(client: number, number: number): Draw {
  let drawn = 0;
  return () => randomUnit([22, `client ${client}`, number], drawn++);
}

function print({ seconds, visits, quarters, growth, failures }: Report): void {
  for (const [key, count] of Object.entries(visits)) console.log(`${String(count).padStart(8)}  ${key}`);
  const all = Object.values(visits).reduce((sum, count) => sum + count, 0);
  const megabytes = (part: keyof Memory) => quarters.map((memory) => (memory[part] / 2 ** 20).toFixed(0)).join(', ');
  console.log(`${all} visits in ${seconds} s`);
  console.log(`MiB in each quarter of the time: the server ${megabytes('server')}; its models ${megabytes('models')}`);
  console.log(`the last one against the second: ${growth < 0 ? '' : '+'}${(100 * growth).toFixed(1)} %`);
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
