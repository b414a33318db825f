/**
 * `npm run stress:recovery -- jobs [--times 20]` kills the server, its worker or both (SIGKILL) at moments of a
 * fine-tuning job, from its creation to its end. Another server resumes the job: the adapter must have the bytes of an
 * undisturbed job's, and no step may be reported twice.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomUnit } from '../../src/base/random.ts';
import { sha256FileSync } from '../../src/files/hash.ts';
import { startServerProcess, type ServerProcess } from '../../test/system/serve-tiny.ts';
import { familyOf } from '../stress/process-usage.ts';
import { beginJob, EACH_ONCE, stepsOf, waitForEnd, writeJobModel } from './tiny-job.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '20' } }, allowPositionals: true });
const TIMES = Number(values.times);
const VICTIMS = ['server', 'worker', 'both'] as const;

type Victim = (typeof VICTIMS)[number];

const root = mkdtempSync(join(tmpdir(), 'attune-jobs-'));
const model = join(root, 'tiny');
let problems = 0;
try {
  await writeJobModel(model);
  const alone = await liveThrough('alone');
  console.error(`left alone: ${alone.seconds.toFixed(1)} s`);
  for (let time = 0; time < TIMES; time++) {
    const share = (time + randomUnit([0, 'moment', time])) / TIMES;
    const kill = { after: share * alone.seconds, victim: VICTIMS[time % VICTIMS.length] };
    const { hash, steps, told } = await liveThrough(`killed-${time}`, kill);
    const faults = [
      ...(hash === alone.hash ? [] : ['other bytes']),
      ...(steps === EACH_ONCE ? [] : [`steps ${steps}`]),
    ];
    problems += faults.length;
    const outcome = faults.length === 0 ? 'equal' : faults.join(', ');
    console.log(`${kill.victim} killed after ${kill.after.toFixed(2)} s (${told}): ${outcome}`);
  }
  console.log(`${TIMES} kills, ${problems} faults`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = problems === 0 ? 0 : 1;

/**
 * Runs a job in its own home folder, from its file to its end. @returns the outcome, and the state in which it was
 * killed
 */
async function liveThrough(name: string, kill?: { after: number; victim: Victim }) {
  const home = join(root, name);
  let server = await start(home);
  const began = Date.now();
  const id = await beginJob(server.client);
  let told = '';
  if (kill !== undefined) {
    await sleep(kill.after * 1000);
    told = (await server.client.fineTuning.jobs.retrieve(id)).status;
    hit(server.process.pid!, kill.victim);
    if (kill.victim !== 'worker') server = await start(home);
  }
  const seconds = await waitForEnd(server.client, id, began);
  const steps = await stepsOf(server.client, id);
  await server.stop();
  const hash = sha256FileSync(join(home, 'training', 'jobs', id, 'run', 'adapter', 'adapter_model.safetensors'));
  rmSync(home, { recursive: true });
  return { hash, steps, seconds, told };
}

async function start(home: string): Promise<ServerProcess> {
  const env = { ...process.env, ATTUNE_HOME: home, ATTUNE_THREADS: '1' };
  const server = await startServerProcess([model, '--training', '--precision', 'f32'], env);
  return { ...server, client: server.client.withOptions({ maxRetries: 3 }) };
}

/** Child processes of the server are its workers: one serves, one trains. */
function hit(server: number, victim: Victim): void {
  const below = familyOf(server).flatMap(({ id }) => (id === server ? [] : [id]));
  const own = victim === 'server' ? [server] : victim === 'worker' ? below : [server, ...below];
  for (const pid of own) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
}
