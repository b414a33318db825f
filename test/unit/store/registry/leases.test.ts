// Jobs and evaluations claimed by another machine: when they are taken over, and what that machine can still write
// afterwards.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  addEval,
  addEvalItem,
  addEvalRun,
  addJob,
  addVersion,
  beat,
  changeJob,
  claimEvalRun,
  claimJob,
  findJob,
  keepLease,
  liveReplicas,
  otherReplicas,
  markReleased,
  recoverJobs,
  REPLICA_LOST_MS,
  whileHeld,
  WorkerWatch,
  type Job,
} from '../../../../src/store/registry/index.ts';
import { SilenceWatch } from '../../../../src/store/silence-watch.ts';
import { ownRegistry, type OwnRegistry } from './made-up-versions.ts';

let own: OwnRegistry;
let clock = 0;
beforeEach(async () => {
  own = await ownRegistry();
  clock = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await own.close();
});

/** Heartbeat of another machine, whose clock is wrong by these hours. */
const elsewhere = (hours: number, beats = 0) =>
  JSON.stringify({ pid: 1, startTime: '1', machine: 'another', seenAt: Date.now() + hours * 3_600_000 + beats });

const JOB = { owner: 'shop', model: 'tiny', training_file: 'file-a', validation_file: null, suffix: null, seed: 1 };
const REST = { method: { type: 'supervised', hyperparameters: {} }, extra: {}, metadata: {}, fingerprint: 'a' };

/** A job that another machine is training. */
async function trainedElsewhere(hours: number): Promise<Job> {
  const { id } = await addJob(own.registry, { ...JOB, ...REST });
  await changeJob(own.registry, id, { status: 'queued' });
  const job = (await claimJob(own.registry))!;
  await sign(id, hours);
  return job;
}

async function sign(id: string, hours: number, beats = 0): Promise<void> {
  await own.registry
    .updateTable('jobs')
    .set({ worker: elsewhere(hours, beats) })
    .where('id', '=', id)
    .execute();
}

describe('a job of another machine', () => {
  it.each([-3, 0, 3])('is taken over a minute after its last sign of life, its clock %i hours off', async (hours) => {
    const { id } = await trainedElsewhere(hours);
    const watch = new WorkerWatch();
    expect(await recoverJobs(own.registry, watch)).toEqual([]);
    for (let beats = 1; beats <= 20; beats++) {
      clock += 10_000;
      await sign(id, hours, beats);
      expect(await recoverJobs(own.registry, watch)).toEqual([]);
    }
    clock += 59_000;
    expect(await recoverJobs(own.registry, watch)).toEqual([]);
    clock += 1000;
    expect(await recoverJobs(own.registry, watch)).toMatchObject([{ id, status: 'running' }]);
    expect(await findJob(own.registry, id)).toMatchObject({ status: 'queued', worker: null });
  });

  it('is not taken over by a server that slept itself', async () => {
    const { id } = await trainedElsewhere(0);
    const watch = new WorkerWatch();
    await recoverJobs(own.registry, watch);
    // The server queries, sleeps for an hour, and gets a heartbeat that was current then.
    const [asked, row] = [performance.now(), { id, worker: elsewhere(0, 5) }];
    clock += 3_600_000;
    expect(watch.abandoned([row], asked)).toEqual([]);
    await sign(id, 0, 99);
    expect(await recoverJobs(own.registry, watch)).toEqual([]);
  });

  it('is told to one of those who look', async () => {
    await trainedElsewhere(0);
    const watches = [new WorkerWatch(), new WorkerWatch()];
    for (const watch of watches) await recoverJobs(own.registry, watch);
    clock += 61_000;
    const found = await Promise.all(watches.map((watch) => recoverJobs(own.registry, watch)));
    expect(found.flat()).toHaveLength(1);
  });

  it('cannot be written by it any more once it was taken over', async () => {
    const { registry } = own;
    const job = await trainedElsewhere(0);
    const watch = new WorkerWatch();
    await recoverJobs(registry, watch);
    await keepLease(registry, 'jobs', job);
    await sign(job.id, 0, 1);
    await recoverJobs(registry, watch);
    clock += 61_000;
    await recoverJobs(registry, watch);
    const lost = { code: 'E_LEASE_LOST' };
    const end = () => whileHeld(registry, 'jobs', job, (own) => changeJob(own, job.id, { status: 'succeeded' }));
    const given = { model: 'ft:tiny', folder: 'tiny', hashes: { weights: 'a', data: {} }, createdBy: 'shop' };
    for (const isClaimed of [false, true]) {
      const other = isClaimed ? await claimJob(registry) : undefined;
      await expect(keepLease(registry, 'jobs', job)).rejects.toMatchObject(lost);
      await expect(end()).rejects.toMatchObject(lost);
      await expect(addVersion(registry, { ...given, owner: 'shop', job })).rejects.toMatchObject(lost);
      const { status, worker, lease } = (await findJob(registry, job.id))!;
      expect([status, worker]).toEqual(isClaimed ? ['running', other!.worker] : ['queued', null]);
      expect(lease).toBe(job.lease + (isClaimed ? 2 : 1));
    }
  });
});

describe('what this process works on', () => {
  it('is taken up again once it does no more on it, although the registry could not be told', async () => {
    const { registry } = own;
    const { id } = await addJob(registry, { ...JOB, ...REST });
    await changeJob(registry, id, { status: 'queued' });
    const job = (await claimJob(registry))!;
    const watch = new WorkerWatch();
    clock += 3_600_000;
    expect(await recoverJobs(registry, watch)).toEqual([]);
    markReleased(job);
    expect(await recoverJobs(registry, watch)).toMatchObject([{ id }]);
    expect(await findJob(registry, id)).toMatchObject({ status: 'queued', worker: null });

    const texts = { owner: 'ann', name: 'says', metadata: {}, source: {} };
    const { id: of } = await addEval(registry, { ...texts, criteria: [] });
    await addEvalRun(registry, { ...texts, eval: of });
    const run = (await claimEvalRun(registry, watch))!;
    expect(await claimEvalRun(registry, watch)).toBeUndefined();
    markReleased(run);
    expect(await claimEvalRun(registry, watch)).toMatchObject({ id: run.id, lease: run.lease + 1 });
  });
});

describe('an evaluation of another machine', () => {
  it('is taken over once that is silent, and cannot be written by it any more', async () => {
    const { registry } = own;
    const texts = { owner: 'ann', name: 'says', metadata: {}, source: {} };
    const { id } = await addEval(registry, { ...texts, criteria: [] });
    await addEvalRun(registry, { ...texts, eval: id });
    const watch = new WorkerWatch();
    const run = (await claimEvalRun(registry, watch))!;
    const workedOn = (beats: number) =>
      registry
        .updateTable('eval_runs')
        .set({ worker: elsewhere(-3, beats) })
        .execute();
    for (let beats = 0; beats < 10; beats++) {
      await workedOn(beats);
      clock += 30_000;
      expect(await claimEvalRun(registry, watch)).toBeUndefined();
    }
    clock += 61_000;
    expect(await claimEvalRun(registry, watch)).toMatchObject({ id: run.id, lease: run.lease + 1 });
    const item = { run: run.id, place: 0, status: 'pass' as const, item: {}, sample: {}, results: [] };
    const write = whileHeld(registry, 'eval_runs', run, (transaction) => addEvalItem(transaction, item));
    await expect(write).rejects.toMatchObject({ code: 'E_LEASE_LOST' });
    await expect(keepLease(registry, 'eval_runs', run)).rejects.toMatchObject({ code: 'E_LEASE_LOST' });
    expect(await claimEvalRun(registry, watch)).toBeUndefined();
  });
});

describe('servers of one registry', () => {
  const holds = new Set(['tickets@1']);
  const say = (id: string, watch = new SilenceWatch(REPLICA_LOST_MS)) =>
    beat(own.registry, { id, holds, isChanged: false, watch });

  it('know each other however wrong their clocks are, until one is silent for ten seconds', async () => {
    const { registry } = own;
    const watch = new SilenceWatch(REPLICA_LOST_MS);
    const setClock = (seenAt: number) =>
      registry.updateTable('replicas').set({ seen_at: seenAt }).where('id', '=', 'b').execute();
    await say('a', watch);
    await say('b');
    for (let beats = 0; beats < 10; beats++) {
      await setClock(beats);
      clock += 2000;
      await say('a', watch);
      expect(await otherReplicas(registry, 'a')).toEqual([holds]);
    }
    clock += 10_000;
    expect(await say('a', watch)).toBe(true);
    expect(await otherReplicas(registry, 'a')).toEqual([]);
    expect(await say('a', watch)).toBe(false);
  });

  it('that run are told from those that were killed', async () => {
    vi.spyOn(performance, 'now').mockRestore();
    expect(await liveReplicas(own.registry)).toBe(0);
    await say('a');
    const counted = liveReplicas(own.registry);
    await vi.waitFor(async () => {
      await say('a');
      await expect(Promise.race([counted, Promise.resolve(0)])).resolves.toBe(1);
    }, 3000);
  });
});
