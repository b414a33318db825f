/** Thread that runs one of the user's reward functions. */
import { pushAll } from '../../../base/many.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { AttuneError } from '../../../base/errors.ts';
import { loadReference, type ReferenceKind } from '../../reference.ts';
import type { BatchReward, RewardFunction, RewardSample } from './reward.ts';
import type { ThreadData } from '../reference-thread.ts';
import type { ThreadMessage } from './thread-scorer.ts';

const kind: ReferenceKind<RewardFunction | BatchReward> = {
  expected:
    'a function that takes one answer and returns a number, or { batch } with a function that takes ' +
    'all answers of a step',
  accepts: (value): value is RewardFunction | BatchReward =>
    typeof value === 'function' || typeof (value as BatchReward | null)?.batch === 'function',
};

const { references, hashes } = workerData as ThreadData;
const loaded = loadReference(references[0], hashes, kind);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const say = (message: ThreadMessage) => parentPort?.postMessage(message);

parentPort?.on('message', (samples: readonly RewardSample[]) => void score(samples));

async function score(samples: readonly RewardSample[]): Promise<void> {
  let sample = 0;
  try {
    const reward = await loaded;
    const rewards: unknown[] = [];
    if (typeof reward !== 'function') pushAll(rewards, await reward.batch(samples));
    else {
      for (; sample < samples.length; sample++) {
        say({ type: 'begun', sample });
        rewards.push(await reward(samples[sample]));
      }
    }
    say({ type: 'rewards', rewards });
  } catch (error) {
    const code = error instanceof AttuneError ? error.code : undefined;
    say({ type: 'failed', code, message: error instanceof Error ? error.message : String(error), sample });
  }
}
