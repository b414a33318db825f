import { AttuneError } from '../base/errors.ts';
import { flagName } from '../base/flag-name.ts';
import { freePort } from '../base/free-port.ts';
import { readLaunch, type Launch } from '../engine/group/launch.ts';
import { runJob, startJob, type JobOptions, type JobResult, type RunningJob } from '../jobs/worker/index.ts';
import type { StartOptions } from './use-cases/train.ts';

/**
 * This process's rank in a run that several processes share, from its launcher or from `processes`; undefined for one
 * process.
 * @throws AttuneError E_USAGE
 */
export async function launchOf(options: StartOptions): Promise<Launch | undefined> {
  return requireShareable(options) ?? ((options.processes ?? 1) > 1 ? localLaunch(options.processes!) : undefined);
}

/** @returns the rank that the launcher assigned @throws AttuneError E_USAGE for options that only runs of one process have */
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

/** After a follower's failure, a leader that has not stopped within this time (it may be suspended by SIGSTOP) is killed. */
const GRACE_MILLISECONDS = 5_000;

/** Runs the leader's job, and the followers that the launcher expects this process to start. */
export async function runWithFollowers(
  job: JobOptions<'train'>,
  { starts, ...launch }: Launch,
): Promise<JobResult<'train'>> {
  const failed = new AbortController();
  const followers: RunningJob[] = [];
  let isAnotherLost = false;
  try {
    for (let i = 1; i <= starts; i++) {
      const place = { rank: launch.rank + i, localRank: launch.localRank + i, starts: 0 };
      const own = { ...launch, ...place, store: { ...launch.store, serves: false } };
      const follower = await startJob({
        job: 'train',
        input: { ...job.input, launch: own },
        handleSignals: false,
        // Followers report only warnings.
        onEvent: (event) => (event.type === 'warning-raised' ? job.onEvent?.(event) : undefined),
      });
      followers.push(follower);
      follower.result.catch((error: unknown) => {
        isAnotherLost ||= isCode(error, 'E_RANK_LOST');
        failed.abort(ofRank(own.rank, error));
      });
    }
    const signals = [failed.signal, ...(job.signal === undefined ? [] : [job.signal])];
    const leader = await startJob({ ...job, signal: AbortSignal.any(signals) });
    const onFailed = () => setTimeout(() => leader.kill(), GRACE_MILLISECONDS).unref();
    if (failed.signal.aborted) onFailed();
    else failed.signal.addEventListener('abort', onFailed, { once: true });
    return await leader.result;
  } catch (error) {
    // The leader stopped because a follower failed, or a follower failed because it lost the leader.
    const isReason = isCode(error, 'E_STOPPED') || isAnotherLost;
    throw failed.signal.aborted && isReason ? failed.signal.reason : ofCrash(launch.rank, error);
  } finally {
    for (const follower of followers) follower.kill();
  }
}

/** Runs the job of a rank that a launcher started. */
export async function runRank(job: JobOptions<'train'>, { rank }: Launch): Promise<JobResult<'train'>> {
  try {
    return await runJob(job);
  } catch (error) {
    throw ofCrash(rank, error);
  }
}

/** Names the crashed process's rank, since the launcher may end the other ranks before they notice. */
function ofCrash(rank: number, error: unknown): unknown {
  return isCode(error, 'E_WORKER_CRASHED') ? ofRank(rank, error) : error;
}

function isCode(error: unknown, code: string): error is AttuneError {
  return error instanceof AttuneError && error.code === code;
}

function ofRank(rank: number, error: unknown): AttuneError {
  // This rank lost another one, which the error names.
  if (isCode(error, 'E_RANK_LOST')) return error;
  const { what, fix, problems } = error instanceof AttuneError ? error : { what: (error as Error).message };
  return new AttuneError('E_RANK_LOST', { what: `Rank ${rank} has ended`, got: what, problems, fix, cause: error });
}
