import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { AttuneError } from '../base/errors.ts';
import { flagName } from '../base/flag-name.ts';
import { readLaunch, type Launch } from '../engine/group/launch.ts';
import { startJob, type RunningJob } from '../jobs/worker/index.ts';
import type { TrainInput } from '../jobs/train/train-job.ts';
import type { StartOptions } from './use-cases/train.ts';

/** The place of this process among those that share a run, by its launcher or by `processes`. @throws AttuneError E_USAGE */
export async function launchOf(options: StartOptions): Promise<Launch | undefined> {
  return requireShareable(options) ?? ((options.processes ?? 1) > 1 ? localLaunch(options.processes!) : undefined);
}

/** @returns the launcher's place @throws AttuneError E_USAGE for options that only runs of one process have */
export function requireShareable(options: StartOptions): Launch | undefined {
  const { processes = 1 } = options;
  const launch = readLaunch(process.env);
  if (launch === undefined && processes === 1) return undefined;
  if (launch !== undefined && processes > 1)
    throw new AttuneError('E_USAGE', {
      what: `--processes cannot be combined with ${launch.from}, which starts processes itself`,
      fix: 'leave out --processes',
    });
  const alone = (['dryRun', 'profile', 'detach', 'queue'] as const).find((name) => options[name] === true);
  if (alone !== undefined || options.leave !== undefined)
    throw new AttuneError('E_USAGE', {
      what: `${alone === undefined ? 'leave' : flagName(alone)} is for runs of one process`,
      got: `${launch?.size ?? processes} processes`,
      fix: 'leave it out, or train in one process',
    });
  return launch;
}

async function localLaunch(size: number): Promise<Launch> {
  const store = { host: '127.0.0.1', port: await freePort(), serves: true };
  const shape = { rank: 0, size, localRank: 0, localSize: size, starts: size - 1 };
  return { ...shape, attempt: 0, store, from: 'local', id: 'local' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts the processes that the launch leaves to this one, for as long as the leader's job runs. */
export async function withFollowers<Result>(
  input: TrainInput,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { launch } = input;
  if (launch === undefined || launch.starts === 0) return lead(signal);
  const failed = new AbortController();
  const followers: RunningJob[] = [];
  try {
    for (let i = 1; i <= launch.starts; i++) {
      const follower = await startJob({ job: 'train', input: followerInput(input, launch, i), handleSignals: false });
      followers.push(follower);
      follower.result.catch((error: unknown) => failed.abort(ofRank(launch.rank + i, error)));
    }
    return await lead(AbortSignal.any([signal, failed.signal]));
  } catch (error) {
    // The leader was told to stop because of it.
    throw failed.signal.aborted && isStopped(error) ? failed.signal.reason : error;
  } finally {
    for (const follower of followers) follower.kill();
  }
}

function followerInput(input: TrainInput, launch: Launch, i: number): TrainInput {
  const place = { rank: launch.rank + i, localRank: launch.localRank + i, starts: 0 };
  return { ...input, launch: { ...launch, ...place, store: { ...launch.store, serves: false } } };
}

function isStopped(error: unknown): boolean {
  return error instanceof AttuneError && error.code === 'E_STOPPED';
}

function ofRank(rank: number, error: unknown): AttuneError {
  const { what, fix, problems } = error instanceof AttuneError ? error : { what: (error as Error).message };
  return new AttuneError('E_RANK_LOST', { what: `Rank ${rank} has ended`, got: what, problems, fix, cause: error });
}
