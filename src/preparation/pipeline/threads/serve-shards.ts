import { parentPort } from 'node:worker_threads';
import { collectGarbage } from '../../../base/collect-garbage.ts';
import { AttuneError } from '../../../base/errors.ts';
import type { StepContext } from '../../preparation-step.ts';
import { runOver } from '../run-over.ts';
import type { ShardAnswer, ShardJob } from './shard-messages.ts';

/** Makes this thread a worker of the pool that started it; it runs one job at a time. */
export function serveShards(openings: Pick<StepContext, 'openTokenizer' | 'openRecognisers'>): void {
  parentPort!.on('message', (job: ShardJob) => {
    void answer(job, openings).then(async (message) => {
      await collectGarbage();
      // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
      parentPort!.postMessage(message);
    });
  });
}

async function answer(
  { base, quotes, ...work }: ShardJob,
  openings: Pick<StepContext, 'openTokenizer' | 'openRecognisers'>,
): Promise<ShardAnswer> {
  try {
    return { part: await runOver(work, { base, quotes, ...openings }) };
  } catch (error) {
    if (error instanceof AttuneError) return { failure: error.toJSON() };
    return { crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
