/** A program that runs a job, as a user's would; tests send it signals and kill it. Prints the job's outcome. */
import type { AttuneError } from '../../../src/base/errors.ts';
import { startJob, type JobOptions } from '../../../src/jobs/worker/index.ts';

const { folder, job: name, detach = false } = JSON.parse(process.argv[2]) as JobOptions;
const input = { steps: 2000, milliseconds: 20 } as never;

async function outcome(): Promise<string> {
  const job = await startJob({ job: name, input, folder, detach }, new URL('./main.ts', import.meta.url));
  if (!detach) return job.result.then(() => 'result');
  job.release();
  return 'released';
}

const word = await outcome().catch((error: AttuneError) => error.code);
process.stdout.write(`${word}\n`);
