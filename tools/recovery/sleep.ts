/**
 * `npm run stress:recovery -- sleep [--times 3] [--folder]`: two machines with `attune serve` share a PostgreSQL and a
 * bucket, or with --folder a folder. The one that trains a job is suspended (SIGSTOP, with its workers) until the other
 * has taken over the job, and resumed at different moments, from the other's first step to after its end. The job must
 * end once, with the bytes of an undisturbed one; the suspended machine must write nothing for it, stop its worker and
 * report that. An attempt takes one to three minutes.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AttuneError } from '../../src/base/errors.ts';
import { findJob, openRegistry, versionsOf, type Job, type Registry } from '../../src/store/registry/index.ts';
import { startServerProcess, type ServerProcess } from '../../test/system/serve-tiny.ts';
import { hasPostgres, startPostgres } from '../../test/unit/store/postgres-server.ts';
import { KEYS, startS3Server } from '../../test/unit/store/s3-server.ts';
import { familyOf } from '../stress/process-usage.ts';
import { beginJob, EACH_ONCE, stepsOf, waitForEnd, writeJobModel } from './tiny-job.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '3' }, folder: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const TIMES = Number(values.times);
const MOST_SECONDS = 300;
/** Time limit for the suspended machine to notice the takeover. */
const WAKE_SECONDS = 8;
const SAID = 'another server has taken over a job';

if (!hasPostgres)
  throw new AttuneError('E_STORE', { what: 'There is no PostgreSQL', fix: 'apt-get install postgresql' });
const root = mkdtempSync(join(tmpdir(), 'attune-sleep-'));
const model = join(root, 'tiny');
const database = await startPostgres();
const bucket = await startS3Server();
Object.assign(process.env, { ATTUNE_STORE: database.url, ATTUNE_THREADS: '1', ...KEYS });
if (!values.folder) process.env.ATTUNE_OBJECTS = bucket.url;
process.env.ATTUNE_HOME = join(root, 'tool');

let problems = 0;
let servers: Machine[] = [];
const registry = await openRegistry();
try {
  await writeJobModel(model);
  servers = [await start('attune-a'), await start('attune-b')];
  const began = Date.now();
  const first = await beginJob(servers[0].client);
  const seconds = await waitForEnd(servers[0].client, first, began);
  const alone = await weightsOf(registry, first);
  console.error(`left alone: ${seconds.toFixed(1)} s`);
  for (let time = 0; time < TIMES; time++) {
    // From the other machine's first step to well after its last one.
    const wakeAfter = ((time + 0.5) / TIMES) * seconds * 1.5;
    const faults = await sleepThrough(wakeAfter, alone);
    problems += faults.length;
    console.log(`awake ${wakeAfter.toFixed(1)} s after it was taken over: ${faults.join(', ') || 'equal'}`);
  }
  console.log(`${TIMES} sleeps, ${problems} faults`);
} finally {
  for (const server of servers) await server.stop();
  await registry.destroy();
  await bucket.close();
  database.stop();
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = problems === 0 ? 0 : 1;

type Machine = ServerProcess & { name: string; log: string };

/** A server with its own host name, so that it counts as a separate machine. */
async function start(name: string): Promise<Machine> {
  const log = join(root, `${name}.log`);
  const through = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name];
  const env = { ...process.env, ATTUNE_HOME: join(root, values.folder ? 'shared' : name) };
  const server = await startServerProcess([model, '--training', '--precision', 'f32'], env, { through, log });
  return { ...server, client: server.client.withOptions({ maxRetries: 3 }), name, log };
}

/** @returns the problems found */
async function sleepThrough(wakeAfter: number, alone: string): Promise<string[]> {
  const began = Date.now();
  const id = await beginJob(servers[0].client);
  const training = (await until(id, ({ trained_tokens: tokens }) => (tokens ?? 0) > 0))!;
  const sleeper = servers.find(({ name }) => training.worker!.includes(`"machine":"${name} `))!;
  const other = servers.find((one) => one !== sleeper)!;
  const family = familyOf(sleeper.process.pid!).map((one) => one.id);
  for (const pid of family) process.kill(pid, 'SIGSTOP');
  try {
    await until(id, ({ lease, status }) => lease > training.lease && status !== 'queued');
    await sleep(wakeAfter * 1000);
  } finally {
    for (const pid of family) process.kill(pid, 'SIGCONT');
  }
  await waitForEnd(other.client, id, began);
  await sleep(WAKE_SECONDS * 1000);
  return faultsOf(id, { alone, sleeper, other, workers: family.length });
}

async function faultsOf(
  id: string,
  { alone, sleeper, other, workers }: { alone: string; sleeper: Machine; other: Machine; workers: number },
): Promise<string[]> {
  const { status, fine_tuned_model: name } = (await findJob(registry, id))!;
  const steps = await stepsOf(other.client, id);
  const versions = await versionsOf(registry, name!);
  const said = readFileSync(sleeper.log, 'utf8')
    .split('\n')
    .some((line) => line.includes(SAID) && line.includes(id));
  const left = familyOf(sleeper.process.pid!).length;
  return [
    ...(status === 'succeeded' ? [] : [`status ${status}`]),
    ...((await weightsOf(registry, id)) === alone ? [] : ['other bytes']),
    ...(steps === EACH_ONCE ? [] : [`steps ${steps}`]),
    ...(versions.length === 1 ? [] : [`${versions.length} versions`]),
    ...(said ? [] : ['the sleeper says nothing']),
    ...(left < workers ? [] : ['its worker goes on']),
  ];
}

async function weightsOf(registry: Registry, job: string): Promise<string> {
  const { fine_tuned_model: name } = (await findJob(registry, job))!;
  return (await versionsOf(registry, name!))[0].hashes.weights;
}

async function until(id: string, isSo: (job: Job) => boolean): Promise<Job> {
  for (let tries = 0; tries < MOST_SECONDS * 50; tries++) {
    const job = await findJob(registry, id);
    if (job !== undefined && isSo(job)) return job;
    await sleep(20);
  }
  throw new Error(`the job ${id} does not come so far: ${JSON.stringify(await findJob(registry, id))}`);
}
